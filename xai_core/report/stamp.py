"""The stamp of a shared picture: in a PNG, all that brings its view back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from xai_core.base.errors import InputError
from xai_core.base.target import Target, asked_to_json, target_from
from xai_core.maps.recipe import Recipe
from xai_core.pictures.png_text import MAX_CHARACTERS, text_of
from xai_core.report.subject import Subject
from xai_core.targets.resolution import checked

if TYPE_CHECKING:
    from PIL.PngImagePlugin import PngInfo

T = TypeVar("T")
TextOf = Callable[[bytes, str], str | None]

KEY, SCHEMA = "pedestal", 2  # 1 knew classes alone
MAX_METHODS, MAX_NAME, MAX_NUMBER = 100, 300, 2**31 - 1
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Stamp:
    """Which view a picture shows.

    Attributes:
        recipe: with its quantile. methods: parameters by method name. run: where it was kept.
    """

    model: str
    model_sha256: str
    picture: str
    picture_sha256: str
    target: int | Target | None
    recipe: Recipe
    methods: Mapping[str, Mapping[str, Any]]
    seed: int
    run: str | None = None


def stamp_of(subject: Subject) -> Stamp:
    """The stamp of a view."""
    run = subject.run
    shown = [run.attributions[name] for name in subject.methods]
    return Stamp(
        model=run.model[:MAX_NAME],
        model_sha256=run.model_sha256,
        picture=run.picture[:MAX_NAME],
        picture_sha256=run.picture_sha256,
        target=run.asked,
        recipe=subject.recipe,
        methods={one.method: dict(one.parameters) for one in shown},
        seed=shown[0].seed if shown else 0,
        run=subject.run_id,
    )


def chunk(stamp: Stamp) -> PngInfo:
    """The stamp as a text chunk of a PNG."""
    data = {
        "schema": SCHEMA,
        **vars(stamp),
        "target": asked_to_json(stamp.target),
        "recipe": stamp.recipe.to_dict(),
    }
    return text_chunk(KEY, data)


def text_chunk(key: str, data: Mapping[str, Any]) -> PngInfo:
    """JSON as a text chunk of a PNG; `parsed` is the way back."""
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt(key, json.dumps(data, sort_keys=True), zip=True)
    return info


def read(data: bytes, text_of: TextOf = text_of) -> Stamp | None:
    """The stamp of a picture file; None where it has none. Its pixels are not decoded.

    Args:
        text_of: reads a text chunk of a PNG.

    Raises:
        InputError: there is a stamp that cannot be understood.
    """
    return parsed(text_of(data, KEY), SCHEMA, _checked)


def parsed(text: str | None, latest: int, checked: Callable[[dict[str, Any]], T]) -> T | None:
    """What `checked` makes of the JSON in a text chunk; None where there is none.

    Raises:
        InputError: it cannot be understood.
    """
    if text is None:
        return None
    if len(text) > MAX_CHARACTERS:
        raise unreadable("it is too long")
    try:
        found = json.loads(text)
        if not isinstance(found, dict):
            raise unreadable("it is no JSON object")
        schema = found.pop("schema", None)
        if isinstance(schema, int) and schema > latest:
            raise unreadable("a later version of Pedestal wrote it")
        if type(schema) is not int or schema < 1:
            raise unreadable("it names no version")
        return checked(found)
    except UNREADABLE as cause:
        raise unreadable(type(cause).__name__) from cause


def _checked(found: dict[str, Any]) -> Stamp:
    recipe = Recipe.from_dict(found["recipe"])
    if recipe.quantile is None or isinstance(recipe.quantile, bool):
        raise unreadable("it has no quantile")
    for box in (recipe.crop, recipe.grid):
        if box is not None:
            _ = [_whole(side) for side in box]
    for name in ("model_sha256", "picture_sha256"):
        if SHA256.fullmatch(found[name]) is None:
            raise unreadable(f"its {name} is none")
    return Stamp(
        model=name_in(found["model"]),
        model_sha256=found["model_sha256"],
        picture=name_in(found["picture"]),
        picture_sha256=found["picture_sha256"],
        target=_target(found["target"]),
        recipe=recipe,
        methods=_methods(found["methods"]),
        seed=_whole(found["seed"]),
        run=None if found.get("run") is None else name_in(found["run"]),
    )


def _target(found: Any) -> int | Target | None:
    return checked(target_from(found)) if isinstance(found, dict) else _index(found)


def _index(found: Any) -> int | None:
    return None if found is None else _whole(found)


def _methods(found: Any) -> dict[str, dict[str, Any]]:
    """Parameters of the methods that there are here; a later version may have had more."""
    from xai_core.attribution.methods.base import METHODS
    from xai_core.base.parameters import build

    if not isinstance(found, dict) or len(found) > MAX_METHODS:
        raise unreadable("its methods are none")
    known = {name: given for name, given in found.items() if name in METHODS}
    return {
        name: dict(vars(build(METHODS[name].Parameters, given))) for name, given in known.items()
    }


def name_in(value: Any) -> str:
    """A text that is short enough."""
    if not isinstance(value, str) or len(value) > MAX_NAME:
        raise unreadable("a name in it is none")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_NUMBER:
        raise unreadable("a number in it is none")
    return value


def unreadable(reason: str) -> InputError:
    """The error of a stamp that cannot be read."""
    return InputError(
        f"The picture carries a view of Pedestal that cannot be read: {reason}.",
        "It can still be used as a photo.",
    )
