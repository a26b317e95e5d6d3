"""Which class of transformers a file's tensors fill completely."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.models.huggingface.building import Filled, fill
from xai_core.models.huggingface.family import family_of
from xai_core.models.huggingface.library import classes_of, model_class

if TYPE_CHECKING:
    from torch import Tensor

PICTURES = "pixel_values"
POOLER = "pooler."
SHOWN = 3


def complete(config: Any, named: str, tensors: Mapping[str, Tensor]) -> Filled:
    """The network of the class that is named, else of the family's first that is filled.

    Args:
        named: by `config.json` or by the user; "" for none.

    Raises:
        ModelError: `forward-failed`, it takes no pictures; `missing-architecture`, there is no
            such class; `missing-weights`, a tensor of it is not in the file or of another shape.
    """
    tried: list[Filled] = []
    for kind, its_config in candidates(config, named):
        for one in _readings(tensors):
            filled = _filled(kind, its_config, one)
            if filled.complete and (named or is_head(kind) or not filled.unexpected):
                return filled
            tried.append(filled)
    lacking = [one for one in tried if not one.complete]
    if not lacking:
        return tried[0]
    raise _incomplete(min(lacking, key=lambda one: len(one.missing) + len(one.mismatched)), config)


def is_head(kind: Any) -> bool:
    """The class is one with a head: `ViTForImageClassification`, not `ViTModel`."""
    return "For" in kind.__name__


def candidates(config: Any, named: str) -> Iterator[tuple[Any, Any]]:
    """Classes that take pictures, each with its configuration. Raises `ModelError` for none."""
    names = (named,) if named else classes_of(config.model_type)
    kinds = [kind for name in names if (kind := model_class(name)) is not None]
    if not kinds:
        raise ModelError(
            f"transformers has no model class {named or config.model_type!r} for pictures.",
            f"Classes of this family: {', '.join(classes_of(config.model_type)) or 'none'}.",
            code="missing-architecture",
        )
    for kind in kinds:
        if _takes_pictures(kind):
            yield kind, config
            continue
        inner = getattr(config, "vision_config", None)
        if inner is None:
            raise ModelError(
                f"The model ({kind.__name__}) reads {kind.main_input_name}, not pictures.",
                "Pedestal explains models that take one picture.",
                code="forward-failed",
            )
        yield from _towers(kind, config, inner)


def _towers(kind: Any, config: Any, inner: Any) -> Iterator[tuple[Any, Any]]:
    """The part of a model for texts and pictures that sees the pictures."""
    module: Any = importlib.import_module(kind.__module__)
    found = [
        one
        for one in vars(module).values()
        if isinstance(one, type)
        and getattr(one, "config_class", None) is type(inner)
        and model_class(one.__name__) is one
        and _takes_pictures(one)
    ]
    width = getattr(config, "projection_dim", None)
    if width is not None:
        inner.projection_dim = width
    for one in sorted(found, key=lambda one: "WithProjection" not in one.__name__):
        if not is_head(one):
            yield one, inner


def _readings(tensors: Mapping[str, Tensor]) -> Iterator[Mapping[str, Tensor]]:
    """As they are named; then without what a trainer put before (`model.`)."""
    yield tensors
    found = family_of(tensors)
    before = found[1] if found else ""
    if before:
        yield {
            name.removeprefix(before): tensor
            for name, tensor in tensors.items()
            if name.startswith(before)
        }


def _takes_pictures(kind: Any) -> bool:
    names = [name for name in inspect.signature(kind.forward).parameters if name != "self"]
    return names[:1] == [PICTURES]


def _filled(kind: Any, config: Any, tensors: Mapping[str, Tensor]) -> Filled:
    filled = fill(kind, config, tensors)
    if filled.missing and all(name.startswith(POOLER) for name in filled.missing):
        # A body that was trained without its pooler: the library would make up a random one.
        return fill(kind, config, tensors, add_pooling_layer=False)
    return filled


def _incomplete(filled: Filled, config: Any) -> ModelError:
    name = type(filled.network).__name__
    wrong = [*filled.missing, *filled.mismatched]
    told = (
        f"{len(filled.missing)} tensors of {name} are not in the file: "
        f"{', '.join(filled.missing[:SHOWN])}"
        if filled.missing
        else filled.mismatched[0]
    )
    body = next((one for one in reversed(classes_of(config.model_type)) if "For" not in one), "")
    way = f" To see the body alone as an encoder: `--architecture {body}`." if body else ""
    return ModelError(
        f"{told}. The library would fill them with random numbers.",
        "Give the config.json that was saved with these weights, or the weights that were "
        f"trained.{way if body != name else ''}",
        code="missing-weights",
        missing=wrong[:10],
    )
