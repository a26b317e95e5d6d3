"""A class's log-odds: its score where only a saturated probability can be seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import InputError
from xai_core.targets.kinds.base import (
    TARGETS,
    Labels,
    OfClass,
    Seen,
    TargetKind,
    name_of,
    not_boxes,
)
from xai_core.targets.outputs import OutputForm, are_probabilities, place_of, score_matrix, scored

if TYPE_CHECKING:
    from torch import Tensor

ONE = 1e-3  # by how much the sum of shares may miss 1


@TARGETS.register
class LogOdds(TargetKind):
    """Computed in double precision from whatever is nearest to the score in the output.

    1 − p is the sum of the others' shares where there are some, which is exact where p is rounded
    to 1. From a sigmoid in float32 nothing is left once p is 1.
    """

    name = "log-odds"
    title = "Log-odds"
    order = 25
    of_class = True
    summary = (
        "A probability that is nearly 1, stretched out again, where its score is out of sight."
    )
    formula = "`log p_k − log (1 − p_k)`, in double precision"
    Parameters = OfClass

    def unfit_because(self, form: OutputForm) -> str | None:
        if form.kind == "dense":
            return "It needs the probability of a class, [B, K]; the output is a dense map."
        return not_boxes(form)

    def choose(self, seen: Seen, parameters: OfClass) -> dict[str, Any]:
        index, place = seen.class_of(parameters.index), place_of(seen.form)
        how = _how(seen, place.get("before", ""))
        return {"index": index, "how": how, **place}

    def score(
        self, output: Any, batch: int, parameters: OfClass, chosen: Mapping[str, Any]
    ) -> Tensor:
        import torch

        given = score_matrix(scored(output, chosen), batch)
        values, index = given.double(), chosen["index"] or 0
        one, others = values[:, index], torch.cat([values[:, :index], values[:, index + 1 :]], 1)
        if chosen["how"] == "log-odds":
            return one
        if chosen["how"] == "scores":
            return one - others.logsumexp(1)
        limits = torch.finfo(given.dtype)
        if chosen["how"] == "shares":
            rest = others.sum(1).clamp_min(limits.tiny)
        else:
            rest = (1 - one).clamp_min(limits.eps / 4)  # half of the last step before 1
        return one.clamp_min(limits.tiny).log() - rest.log()

    def sentence(self, parameters: OfClass, chosen: Mapping[str, Any], labels: Labels) -> str:
        index = chosen["index"]
        return f"the log-odds of {'the output' if index is None else name_of(index, labels)}"


def _how(seen: Seen, before: str) -> str:
    """What the numbers are that `scored` gives: `log-odds`, `scores`, `shares` of 1, or `each`."""
    scores = seen.prediction.scores
    if before:
        return "log-odds" if before == "sigmoid" else "scores"
    if not are_probabilities(scores, seen.form.ends_in):
        if scores.shape[1] > 1:
            return "scores"
        raise InputError(
            f"Log-odds are of a probability in [0, 1]; the output is {float(scores[0, 0]):.4g}.",
            "Explain the output as it is.",
        )
    shares = scores.shape[1] > 1 and abs(float(scores[0].sum()) - 1) < ONE
    return "shares" if shares else "each"
