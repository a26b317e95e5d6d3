"""The same method on random weights: what is left of its map when the model knows nothing."""

from __future__ import annotations

from typing import ClassVar

from xai_core.base.arrays import Values
from xai_core.runs.controls.base import CONTROLS, Case, Control


@CONTROLS.register
class RandomWeights(Control):
    """The method, its parameters, seed and class unchanged, on the model of `randomised`."""

    name: ClassVar[str] = "random-weights"
    title: ClassVar[str] = "Same method, random weights"
    order: ClassVar[int] = 30
    each_method: ClassVar[bool] = True
    summary: ClassVar[str] = (
        "The same method on a model of which three quarters of the weights were shuffled: it has "
        "forgotten what it learned."
    )
    citation: ClassVar[str] = "Adebayo et al., 2018, arXiv 1810.03292"

    def values(self, case: Case) -> Values:
        """As the contract says. Raises `MethodError` where the model has no weights to shuffle."""
        one = case.explained
        assert one is not None, "a control of a method needs the method's map"  # noqa: S101
        found = case.model.explain(
            case.inputs,
            one.targets[0],
            one.method,
            one.seed,
            one.parameters,
            randomised=True,
            progress=case.progress,
            cancel=case.cancel,
        )
        return found.values
