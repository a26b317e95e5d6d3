"""Any entry of a nested output, reduced to a number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from xai_core.base.errors import InputError, ModelError
from xai_core.base.parameters import parameter
from xai_core.targets.kinds.base import TARGETS, Labels, Seen, TargetKind
from xai_core.targets.output_entry import OutputEntry
from xai_core.targets.outputs import OutputForm, main_output

if TYPE_CHECKING:
    from torch import Tensor

REDUCERS = ("mean", "sum", "max", "min", "l2", "element")
INTEGERS = (
    "output{path} holds {dtype}: an argmax, a rounding or a comparison made it, and leaves no "
    "gradient."
)


@dataclass(frozen=True)
class EntryParameters:
    """Of an entry."""

    path: str = parameter(
        "", "Which entry, as ['name'], [0], .name or ['heads'][1]; empty takes the main one."
    )
    reducer: Literal["mean", "sum", "max", "min", "l2", "element"] = parameter(
        "mean", "How its numbers become one; element takes a single one.", choices=REDUCERS
    )
    element: str = parameter("", "For element: its place without the batch, as 3 or 3,10,12.")


@TARGETS.register
class Entry(TargetKind):
    """A number out of whatever a model returns, for outputs that no other kind understands."""

    name = "entry"
    title = "Entry of the output"
    order = 120
    summary = "Any tensor of the output, reduced to one number: for custom models."
    formula = "mean, sum, maximum, minimum or Euclidean norm of the entry, or one element"
    Parameters = EntryParameters

    def unfit_because(self, form: OutputForm) -> str | None:
        return None

    def choose(self, seen: Seen, parameters: EntryParameters) -> dict[str, Any]:
        path, tensor = _found(seen.output, parameters.path or seen.form.path)
        if parameters.reducer != "element":
            return {"path": path}
        shape = _samples(tensor, 1).shape[1:]
        at = _place(parameters.element)
        fits = len(at) == len(shape) and all(a < size for a, size in zip(at, shape, strict=False))
        if not fits:
            raise InputError(
                f"output{path} has no element {parameters.element!r}: without the batch its shape "
                f"is {list(shape)}.",
                "Give as many indices, from 0, separated by commas.",
            )
        return {"path": path}

    def score(
        self, output: Any, batch: int, parameters: EntryParameters, chosen: Mapping[str, Any]
    ) -> Tensor:
        values = _samples(_found(output, chosen["path"])[1], batch)
        if parameters.reducer == "element":
            for index in _place(parameters.element):
                values = values[:, index]
            return values
        flat = values.flatten(1)
        if parameters.reducer in ("max", "min"):
            return flat.amax(1) if parameters.reducer == "max" else flat.amin(1)
        if parameters.reducer == "l2":
            return flat.norm(dim=1)
        return flat.sum(1) if parameters.reducer == "sum" else flat.mean(1)

    def sentence(
        self, parameters: EntryParameters, chosen: Mapping[str, Any], labels: Labels
    ) -> str:
        told = f"output{chosen['path']}"
        if parameters.reducer == "element":
            return f"element {parameters.element} of {told}"
        words = {"max": "maximum", "min": "minimum", "l2": "Euclidean norm"}
        return f"the {words.get(parameters.reducer, parameters.reducer)} of {told}"


def _found(output: Any, path: str) -> tuple[str, Tensor]:
    import torch

    if not path:
        return main_output(output)
    tensor = OutputEntry(path).of(output)
    if not isinstance(tensor, torch.Tensor):
        raise InputError(
            f"output{path} is no tensor but {type(tensor).__name__}.", "Name one of its entries."
        )
    if not tensor.is_floating_point():
        dtype = str(tensor.dtype).removeprefix("torch.")
        raise ModelError(
            INTEGERS.format(path=path, dtype=dtype),
            "Explain the scores that it is made from.",
            code="no-gradient",
        )
    return path, tensor


def _samples(tensor: Tensor, batch: int) -> Tensor:
    """`[B, n…]`; where forward squeezed the batch away, or lists one sample's things, all of it."""
    if tensor.ndim > 0 and tensor.shape[0] == batch:
        return tensor.unsqueeze(1) if tensor.ndim == 1 else tensor
    if batch == 1:
        return tensor.reshape(1, *(tensor.shape or (1,)))
    raise ModelError(
        f"The entry is {list(tensor.shape)} for a batch of {batch}.",
        "Let forward return one entry a sample along the first axis.",
        code="forward-failed",
    )


def _place(text: str) -> tuple[int, ...]:
    if not re.fullmatch(r"\d{1,9}(\s*,\s*\d{1,9})*", text.strip()):
        raise InputError(
            f"An element is given as 3 or 3,10,12, not {text!r}.", "Its indices count from 0."
        )
    return tuple(int(part) for part in text.split(","))
