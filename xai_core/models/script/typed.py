"""Whether the objects in a script's archive are of the types that its code declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xai_core.models.pickles.skeleton import TENSOR_MAKERS, Stub, walk
from xai_core.models.script.declared import Declared, Type

OWN, COMPILED = "__torch__.", "__torch__.torch.classes."
LISTS = "torch.jit._pickle.build_"
TAGGED = "torch.jit._pickle.restore_type_tag"
PLAIN = {"int": int, "float": float, "bool": bool, "str": str}
Classes = Mapping[str, Declared]


def misfit(root: Any, classes: Classes) -> str | None:
    """The first attribute, `Class.name`, that is not of its declared type; None where all fit."""
    if not _own(root):
        return "the model"
    for item in walk(root):
        if not _own(item) or item.source.path.startswith(COMPILED):
            continue
        kind = classes.get(item.source.path)
        if kind is None:
            return item.source.path
        if kind.restores or kind.base == "Enum":
            continue
        state = item.state if isinstance(item.state, dict) else {}
        for name, wanted in kind.attributes.items():
            if wanted.head != "Final" and (
                name not in state or not fits(state[name], wanted, classes)
            ):
                return f"{item.source.path}.{name}"
    return None


def fits(value: Any, wanted: Type, classes: Classes) -> bool:
    """Whether a value, told by its stand-in, is of a type."""
    head, args = wanted.head, wanted.args
    if head in PLAIN:
        return type(value) is PLAIN[head]
    if head in ("None", "NoneType"):
        return value is None
    if head == "Tensor":  # one that was never set is kept as None
        return value is None or (isinstance(value, Stub) and value.source.path in TENSOR_MAKERS)
    if head == "Optional":
        return value is None or fits(value, args[0], classes)
    if head == "Union":
        return any(fits(value, one, classes) for one in args)
    if head in ("List", "Dict"):
        return _contains(_untagged(value), wanted, classes)
    if head == "Tuple":
        return _tuple(value, args, classes)
    if head.startswith(OWN):
        return _object(value, head, classes)
    return (isinstance(value, Stub) and not _own(value)) or isinstance(value, str | int | float)


def _object(value: Any, head: str, classes: Classes) -> bool:
    kind = classes.get(head)
    if kind is not None and kind.base == "NamedTuple":
        return _tuple(value, tuple(kind.attributes.values()), classes)
    if kind is not None and kind.base == "Interface":
        return _own(value)
    return _own(value) and value.source.path == head


def _contains(value: Any, wanted: Type, classes: Classes) -> bool:
    if wanted.head == "List":
        return isinstance(value, list) and all(fits(x, wanted.args[0], classes) for x in value)
    if not isinstance(value, dict) or len(wanted.args) != 2:
        return False
    keys, values = wanted.args
    return all(fits(k, keys, classes) and fits(v, values, classes) for k, v in dict.items(value))


def _tuple(value: Any, args: tuple[Type, ...], classes: Classes) -> bool:
    if not isinstance(value, tuple) or len(value) != len(args):
        return False
    return all(fits(x, one, classes) for x, one in zip(value, args, strict=True))


def _untagged(value: Any) -> Any:
    """A list or dict without what says of which type it is."""
    if isinstance(value, Stub) and value.args:
        path = value.source.path
        if path == TAGGED or path.startswith(LISTS):
            return _untagged(value.args[0])
    return value


def _own(value: Any) -> bool:
    return isinstance(value, Stub) and value.source.path.startswith(OWN)
