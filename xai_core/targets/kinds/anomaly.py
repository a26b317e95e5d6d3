"""A map of anomaly scores as one number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from xai_core.base.parameters import parameter
from xai_core.targets.kinds.base import TARGETS, Labels, Seen, TargetKind, dense
from xai_core.targets.outputs import OutputForm, place_of, scored
from xai_core.targets.over_region import planes_of

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class AnomalyParameters:
    """Of an anomaly map."""

    statistic: Literal["maximum", "mean"] = parameter(
        "maximum",
        "The highest score of the map, as most detectors judge a picture, or its mean.",
        choices=("maximum", "mean"),
    )


@TARGETS.register
class Anomaly(TargetKind):
    """The maximum is the map's own on every noisy copy, wherever it lies; the sentence names its
    place on the clean picture.
    """

    name = "anomaly"
    title = "Anomaly map"
    order = 75
    summary = "Anomaly detection: what makes the picture's anomaly score high."
    formula = "`max` or mean of the map over the picture"
    Parameters = AnomalyParameters

    def unfit_because(self, form: OutputForm) -> str | None:
        if form.kind == "dense" and form.channels > 1:
            return f"It needs a map of one channel; the output has {form.channels}."
        return dense(form)

    def choose(self, seen: Seen, parameters: AnomalyParameters) -> dict[str, Any]:
        place = place_of(seen.form, before=False)
        plane = planes_of(scored(seen.output, place), 1)[0, 0].detach().float().cpu().numpy()
        row, column = np.unravel_index(int(plane.argmax()), plane.shape)
        return {"row": int(row), "column": int(column), "grid": list(plane.shape), **place}

    def score(
        self, output: Any, batch: int, parameters: AnomalyParameters, chosen: Mapping[str, Any]
    ) -> Tensor:
        plane = planes_of(scored(output, chosen), batch)[:, 0].flatten(1)
        return plane.mean(1) if parameters.statistic == "mean" else plane.amax(1)

    def sentence(
        self, parameters: AnomalyParameters, chosen: Mapping[str, Any], labels: Labels
    ) -> str:
        if parameters.statistic == "mean":
            return "the mean of the anomaly map"
        height, width = chosen["grid"]
        place = f"row {chosen['row']}, column {chosen['column']} of {height}×{width}"
        return f"the maximum of the anomaly map, here at {place}"
