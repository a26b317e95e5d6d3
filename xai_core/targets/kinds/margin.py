"""How far a class is ahead of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import InputError
from xai_core.base.parameters import parameter
from xai_core.targets.kinds.base import (
    TARGETS,
    TOP,
    Labels,
    OfClass,
    Seen,
    TargetKind,
    name_of,
    one_of_several,
)
from xai_core.targets.marks import told_before
from xai_core.targets.outputs import OutputForm, place_of, score_matrix, scored

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class MarginParameters(OfClass):
    """Of the margin."""

    against: int = parameter(
        TOP, "Class to compare with; -1 takes the strongest other.", minimum=TOP, maximum=10**6
    )


@TARGETS.register
class Margin(TargetKind):
    """What speaks for one class rather than the other; what both share cancels out.

    The runner-up is that of the clean picture.
    """

    name = "margin"
    title = "Margin to the runner-up"
    order = 30
    of_class = True
    summary = "Why this class and not the next: its score minus that of the strongest other."
    formula = "`s_k − s_j`, `j` the strongest other class on the clean picture"
    Parameters = MarginParameters

    def unfit_because(self, form: OutputForm) -> str | None:
        return one_of_several(form)

    def choose(self, seen: Seen, parameters: MarginParameters) -> dict[str, Any]:
        index = seen.class_of(parameters.index)
        if parameters.against != TOP:
            against = seen.class_of(parameters.against)
        else:
            others = seen.prediction.scores[0].copy()
            others[index] = -float("inf")
            against = int(others.argmax())
        if against == index:
            raise InputError(f"Class {index} has no margin to itself.", "Choose two classes.")
        return {"index": index, "against": against, **place_of(seen.form)}

    def score(
        self, output: Any, batch: int, parameters: MarginParameters, chosen: Mapping[str, Any]
    ) -> Tensor:
        scores = score_matrix(scored(output, chosen), batch)
        return scores[:, chosen["index"]] - scores[:, chosen["against"]]

    def sentence(
        self, parameters: MarginParameters, chosen: Mapping[str, Any], labels: Labels
    ) -> str:
        ahead, behind = name_of(chosen["index"], labels), name_of(chosen["against"], labels)
        which = ", the strongest other" if parameters.against == TOP else ""
        before = told_before(chosen.get("before"))
        return f"the score of {ahead} minus that of {behind}{which}{before and ','}{before}"

    def of_other(self, chosen: Mapping[str, Any], index: int) -> dict[str, Any]:
        against = chosen["index"] if index == chosen["against"] else chosen["against"]
        return {**chosen, "index": index, "against": against}
