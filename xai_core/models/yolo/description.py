"""The description of a network that a checkpoint holds (`yaml`), and what may stand in it.

The library's parser evaluates an activation as Python, and calls whatever a layer is named after:
both are refused here but for layers.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from xai_core.base.errors import ModelError

ACTIVATION = re.compile(r"(torch\.)?nn\.[A-Z][A-Za-z0-9]*\((inplace=(True|False)|[0-9.]*)\)")
LAYER = re.compile(r"(nn\.)?[A-Za-z][A-Za-z0-9_]*")
FETCHING = ("TorchVision",)  # builds a network with weights that it would download
PLAIN = (str, int, float, bool, type(None))
KEYS = (
    *("nc", "ch", "channels", "scale", "scales", "depth_multiple", "width_multiple", "backbone"),
    *("head", "kpt_shape", "end2end", "reg_max", "activation", "anchors"),
)


def described(found: Any, tasks: Any) -> dict[str, Any]:
    """A copy of a description that names nothing but layers.

    Args:
        tasks: the library's module `nn.tasks`, in which layers are looked up.

    Raises:
        ModelError: `unsafe-code`, it names something else, or holds more than plain data.
    """
    if not isinstance(found, Mapping) or not all(_rows(found.get(p)) for p in ("backbone", "head")):
        raise _refused("has no list of layers")
    kept = {str(key): copy.deepcopy(value) for key, value in found.items() if key in KEYS}
    if not all(map(_plain, kept.values())):
        raise _refused("holds more than plain data")
    activation = kept.get("activation")
    if activation is not None and not ACTIVATION.fullmatch(str(activation)):
        raise _refused(f"names the activation {str(activation)[:60]!r}")
    for row in (*kept["backbone"], *kept["head"]):
        if not _is_layer(row[2], tasks):
            raise _refused(f"names the layer {str(row[2])[:60]!r}")
    return kept


def _rows(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(row, list) and len(row) == 4 for row in found)


def _plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_plain(one) for pair in value.items() for one in pair)
    if isinstance(value, list | tuple):
        return all(map(_plain, value))
    return isinstance(value, PLAIN)


def _is_layer(name: Any, tasks: Any) -> bool:
    from torch import nn

    if not isinstance(name, str) or not LAYER.fullmatch(name) or name in FETCHING:
        return False
    first, _, last = name.rpartition(".")
    kind = getattr(nn if first else tasks, last, None)
    return isinstance(kind, type) and issubclass(kind, nn.Module)


def _refused(why: str) -> ModelError:
    return ModelError(
        f"The checkpoint's description of its network {why}, which no network needs.",
        "Do not use this file, and find out where it came from.",
        code="unsafe-code",
    )
