"""A class's score: what the model gives, or what goes into its last softmax or sigmoid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xai_core.targets.kinds.base import TARGETS, Labels, OfClass, Seen, TargetKind, name_of
from xai_core.targets.marks import told_before
from xai_core.targets.outputs import OutputForm, pick, place_of, score_matrix, scored

if TYPE_CHECKING:
    from torch import Tensor


@TARGETS.register
class Logit(TargetKind):
    """The default: `s_k`, the mean over the picture of a dense map's channel, or the only score.

    Behind a saturated softmax or sigmoid the gradient is rounding, so that a score is always what
    goes into it, where a pass shows it.
    """

    name = "logit"
    title = "Class score"
    order = 10
    of_class = True
    summary = "A class's score before any softmax or sigmoid, or the model's only output."
    formula = "`s_k`; of a dense map the mean of `s_k` over the picture"
    Parameters = OfClass

    def unfit_because(self, form: OutputForm) -> str | None:
        return None

    def choose(self, seen: Seen, parameters: OfClass) -> dict[str, Any]:
        index = seen.class_of(parameters.index)
        return {"index": index, "kind": seen.form.kind, **place_of(seen.form)}

    def score(
        self, output: Any, batch: int, parameters: OfClass, chosen: Mapping[str, Any]
    ) -> Tensor:
        return pick(score_matrix(scored(output, chosen), batch), chosen["index"])

    def sentence(self, parameters: OfClass, chosen: Mapping[str, Any], labels: Labels) -> str:
        index, dense = chosen["index"], chosen.get("kind") == "dense"
        before = told_before(chosen.get("before"))
        if index is None:
            return f"the {'mean of the output map' if dense else 'only output'}{before}"
        name = name_of(index, labels)
        over = " over the picture" if dense else ""
        return f"the {'mean ' if dense else ''}score of {name}{before}{over}"
