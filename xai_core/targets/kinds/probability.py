"""A class's probability."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xai_core.targets.kinds.base import (
    TARGETS,
    Labels,
    OfClass,
    Seen,
    TargetKind,
    name_of,
    one_of_several,
)
from xai_core.targets.outputs import OutputForm, are_probabilities, main_output, pick, score_matrix

if TYPE_CHECKING:
    from torch import Tensor


@TARGETS.register
class Probability(TargetKind):
    """Softmax over the classes. It also falls when another class rises, unlike the score."""

    name = "probability"
    title = "Class probability"
    order = 20
    of_class = True
    summary = "A class's share among all classes; evidence against the others counts, too."
    formula = "`exp(s_k) / Σ exp(s_j)`; `s_k` where the scores are probabilities already"
    Parameters = OfClass

    def unfit_because(self, form: OutputForm) -> str | None:
        return one_of_several(form)

    def choose(self, seen: Seen, parameters: OfClass) -> dict[str, Any]:
        already = are_probabilities(seen.prediction.scores)
        return {"index": seen.class_of(parameters.index), "already": already}

    def score(
        self, output: Any, batch: int, parameters: OfClass, chosen: Mapping[str, Any]
    ) -> Tensor:
        scores = score_matrix(main_output(output)[1], batch)
        return pick(scores if chosen["already"] else scores.softmax(1), chosen["index"])

    def sentence(self, parameters: OfClass, chosen: Mapping[str, Any], labels: Labels) -> str:
        return f"the probability of {name_of(chosen['index'], labels)}"
