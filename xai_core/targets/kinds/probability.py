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
from xai_core.targets.outputs import (
    OutputForm,
    are_probabilities,
    pick,
    place_of,
    score_matrix,
    scored,
)

if TYPE_CHECKING:
    from torch import Tensor


@TARGETS.register
class Probability(TargetKind):
    """Softmax over the classes, or what a model's own softmax or sigmoid gives.

    A share among classes also falls when another class rises, unlike the score.
    """

    name = "probability"
    title = "Class probability"
    order = 20
    of_class = True
    summary = "A class's share among all classes; evidence against the others counts, too."
    formula = "`exp(s_k) / Σ exp(s_j)`; `s_k` where the model's own softmax or sigmoid gives it"
    Parameters = OfClass

    def unfit_because(self, form: OutputForm) -> str | None:
        return one_of_several(form)

    def choose(self, seen: Seen, parameters: OfClass) -> dict[str, Any]:
        already = are_probabilities(seen.prediction.scores, seen.form.ends_in)
        chosen = {"index": seen.class_of(parameters.index), "already": already}
        return {**chosen, **place_of(seen.form, before=False)}

    def score(
        self, output: Any, batch: int, parameters: OfClass, chosen: Mapping[str, Any]
    ) -> Tensor:
        scores = score_matrix(scored(output, chosen), batch)
        return pick(scores if chosen["already"] else scores.softmax(1), chosen["index"])

    def sentence(self, parameters: OfClass, chosen: Mapping[str, Any], labels: Labels) -> str:
        return f"the probability of {name_of(chosen['index'], labels)}"
