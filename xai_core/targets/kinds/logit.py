"""A class's score, as the model gives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xai_core.targets.kinds.base import TARGETS, Labels, OfClass, Seen, TargetKind, name_of
from xai_core.targets.outputs import OutputForm, main_output, pick, score_matrix

if TYPE_CHECKING:
    from torch import Tensor


@TARGETS.register
class Logit(TargetKind):
    """The default: `s_k`, the mean over the picture of a dense map's channel, or the only score."""

    name = "logit"
    title = "Class score"
    order = 10
    of_class = True
    summary = "A class's score before any softmax, or the model's only output."
    formula = "`s_k`; of a dense map the mean of `s_k` over the picture"
    Parameters = OfClass

    def unfit_because(self, form: OutputForm) -> str | None:
        return None

    def choose(self, seen: Seen, parameters: OfClass) -> dict[str, Any]:
        return {"index": seen.class_of(parameters.index), "kind": seen.form.kind}

    def score(
        self, output: Any, batch: int, parameters: OfClass, chosen: Mapping[str, Any]
    ) -> Tensor:
        return pick(score_matrix(main_output(output)[1], batch), chosen["index"])

    def sentence(self, parameters: OfClass, chosen: Mapping[str, Any], labels: Labels) -> str:
        index, dense = chosen["index"], chosen.get("kind") == "dense"
        if index is None:
            return "the mean of the output map" if dense else "the only output"
        name = name_of(index, labels)
        return f"the mean score of {name} over the picture" if dense else f"the score of {name}"
