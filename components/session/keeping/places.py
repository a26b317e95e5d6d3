"""Files by names instead of paths: uploads by their hash, and what ships with Pedestal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from components.session.keeping.values import table, text
from xai_core.base.storage.files import MODULE, data_folder
from xai_core.demo.gallery import gallery
from xai_core.demo.wafer.examples import EXAMPLES
from xai_core.demo.wafer.exhibits import wafer_exhibits
from xai_core.models.demo import demo_weights
from xai_core.pictures.demo import PICTURES, picture_path

HASH = re.compile(r"[0-9a-f]{64}")
UPLOADS = ("models", "pictures", "inputs")
SHIPPED, CODE = "shipped", "code"


def told(path: Path) -> dict[str, str] | None:
    """The name of a file; None for one that is neither an upload nor ships with Pedestal."""
    if path in _names():
        return {SHIPPED: _names()[path]}
    top = data_folder()
    if path.parent.parent == top and path.parent.name in UPLOADS and HASH.fullmatch(path.name):
        return {path.parent.name: path.name}
    folder = path.parent
    if folder.parent == top / CODE and HASH.fullmatch(folder.name) and _module(path.name):
        return {CODE: folder.name, "name": path.name}
    return None


def path_of(data: Any) -> Path:
    """The path of a name that `told` gave; nothing else is a name, so none leads elsewhere.

    Raises:
        ValueError: it is no name. FileNotFoundError: the file is not here any more.
    """
    given = {key: text(value) for key, value in table(data).items()}
    found = _path(given)
    if not found.is_file():
        raise FileNotFoundError(found.name)
    return found


def is_shipped(data: Any) -> bool:
    """Whether a name is that of a file which ships with Pedestal."""
    return isinstance(data, dict) and set(data) == {SHIPPED}


def _path(given: Mapping[str, str]) -> Path:
    if set(given) == {SHIPPED} and given[SHIPPED] in _shipped():
        return _shipped()[given[SHIPPED]]
    if set(given) == {CODE, "name"} and HASH.fullmatch(given[CODE]) and _module(given["name"]):
        return data_folder() / CODE / given[CODE] / given["name"]
    area = next(iter(given), "")
    if len(given) == 1 and area in UPLOADS and HASH.fullmatch(given[area]):
        return data_folder() / area / given[area]
    raise ValueError("no name of a file")


def _module(name: str) -> bool:
    return name.endswith(".py") and MODULE.fullmatch(name.removesuffix(".py")) is not None


@cache
def _shipped() -> dict[str, Path]:
    found = {"demo": demo_weights()}
    found |= {f"picture {name}": picture_path(name) for name in PICTURES}
    for exhibit in gallery():
        found[f"gallery {exhibit.name}"] = exhibit.model_path
        found[f"gallery {exhibit.name} code"] = exhibit.code_path
    found |= {f"wafer {one.name}": one.model_path for one in wafer_exhibits()}
    return found | {f"wafer picture {name}": one.path for name, one in EXAMPLES.items()}


@cache
def _names() -> dict[Path, str]:
    return {path: name for name, path in _shipped().items()}
