"""Weights without their `config.json`: what their names and shapes say in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.models.huggingface.configuration import read_shapes
from xai_core.models.huggingface.family import family_of, title_of
from xai_core.models.huggingface.shapes import Read

if TYPE_CHECKING:
    from torch import Tensor

ADD = (
    "Give `config.json` and `preprocessor_config.json`, which `save_pretrained` writes beside the "
    "weights: open their folder, a zip of it, or all three files at once."
)


def configured(tensors: Mapping[str, Tensor]) -> tuple[dict[str, object], Finding]:
    """What would stand in `config.json`, and a finding that says what was assumed.

    Raises:
        ModelError: `missing-architecture`, with the two files to add.
    """
    found = family_of(tensors)
    if found is None:
        raise _lacking("another library or network", "which network they belong to")
    family, before = found
    title = title_of(family)
    shapes = {
        name.removeprefix(before): tuple(tensor.shape)
        for name, tensor in tensors.items()
        if name.startswith((before, "classifier", "decode_head"))
    }
    try:
        read = read_shapes(family, shapes)
    except (ValueError, TypeError, IndexError, ZeroDivisionError, KeyError) as cause:
        raise _lacking(title, "how its layers are arranged") from cause
    if read is None or read.lacking:
        raise _lacking(title, read.lacking if read else "how its layers are arranged")
    return {**read.config, "model_type": family}, _assumed(title, read)


def _lacking(title: str, what: str) -> ModelError:
    return ModelError(
        f"The file holds weights of {title}, as transformers names them, and does not say {what}.",
        ADD,
        code="missing-architecture",
        files=["config.json", "preprocessor_config.json"],
    )


def _assumed(title: str, read: Read) -> Finding:
    return Finding(
        "configuration-assumed",
        "warning",
        f"There is no config.json: {title} was built after names and shapes of the tensors. "
        f"They do not say {read.assumed}; the library's usual was taken.",
        ADD,
    )
