"""One output of a regression, up or down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from xai_core.base.errors import InputError
from xai_core.base.parameters import parameter
from xai_core.targets.kinds.base import TARGETS, Labels, Seen, TargetKind, not_boxes
from xai_core.targets.outputs import OutputForm, place_of, score_matrix, scored

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class RegressionParameters:
    """Of a regression."""

    index: int = parameter(0, "Which output is explained.", minimum=0, maximum=10**6)
    direction: Literal["up", "down"] = parameter(
        "up", "What raises the output, or what lowers it.", choices=("up", "down")
    )


@TARGETS.register
class Regression(TargetKind):
    """`y_k` or `−y_k`: then methods that keep positive parts show what lowers the output."""

    name = "regression"
    title = "Regression output"
    order = 80
    summary = "A predicted number: what raises it, or what lowers it."
    formula = "`y_k` up, `−y_k` down"
    Parameters = RegressionParameters

    def unfit_because(self, form: OutputForm) -> str | None:
        if form.kind == "dense":
            return "It needs numbers, [B, K]; the output is a dense map."
        return not_boxes(form)

    def choose(self, seen: Seen, parameters: RegressionParameters) -> dict[str, Any]:
        outputs = seen.prediction.scores.shape[1]
        if parameters.index >= outputs:
            raise InputError(
                f"There is no output {parameters.index}: the model has {outputs} "
                f"(0 to {outputs - 1}).",
                "Choose an index in that range.",
            )
        index = parameters.index if outputs > 1 else None
        return {"index": index, **place_of(seen.form, before=False)}

    def score(
        self, output: Any, batch: int, parameters: RegressionParameters, chosen: Mapping[str, Any]
    ) -> Tensor:
        value = score_matrix(scored(output, chosen), batch)[:, chosen["index"] or 0]
        return value if parameters.direction == "up" else -value

    def sentence(
        self, parameters: RegressionParameters, chosen: Mapping[str, Any], labels: Labels
    ) -> str:
        index, told = chosen["index"], "the only output"
        if index is not None:
            named = labels is not None and index < len(labels)
            told = f"{labels[index]} (output {index})" if labels and named else f"output {index}"
        return f"what {'raises' if parameters.direction == 'up' else 'lowers'} {told}"
