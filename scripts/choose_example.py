"""Looks for the first page's example: `python -m scripts.choose_example [PICTURE ...]`.

Of every picture and network that Pedestal ships with, under settings that the FusionGrad paper or
its reference uses: how far FusionGrad is behind Guided Backprop before removal and ahead after it,
at the first page's quantile. The best one is that whose smaller margin is the largest; `make demo`
then computes it under ten seeds.
Takes half an hour on two cores; with PICTUREs, as `particle`, only those.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from xai_core.attribution.explanation import explain
from xai_core.attribution.result import Attribution
from xai_core.base.loaded_model import LoadedModel
from xai_core.demo.wafer.examples import EXAMPLES
from xai_core.demo.wafer.exhibits import SPEC, wafer_exhibits
from xai_core.demo.wafer.kinds import NONE
from xai_core.maps.canonical import before_removal
from xai_core.maps.recipe import Recipe
from xai_core.models.demo import DEMO, model_file
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import load_model
from xai_core.pictures.demo import PICTURES, picture_path
from xai_core.pictures.preprocessing import open_picture, prepare
from xai_core.scores.metrics.complexity import complexity
from xai_core.scores.ranking import sweep

QUANTILE = 0.2  # at which the page opens
# The reference's defaults, and about half of each noise level that the paper's rule of thumb gives;
# sizes of gradients averaged as in the reference, or signed ones.
NOISES = ({"std": 0.2, "sg_std": 0.4}, {"std": 0.1, "sg_std": 0.2}, {"std": 0.05, "sg_std": 0.2})
AVERAGES = ("absolute", "signed")


@dataclass(frozen=True)
class Found:
    """One candidate. behind: raw, in nats. ahead: after removal; below 0 the other way round."""

    name: str
    settings: Mapping[str, Any]
    behind: float
    ahead: float

    @property
    def clear(self) -> float:
        """The smaller margin of both."""
        return min(self.behind, self.ahead)


def candidates(wanted: list[str]) -> Iterator[tuple[str, LoadedModel, Path, int | None]]:
    """Name, network, picture and target."""
    for exhibit in wafer_exhibits():
        network = load_model(exhibit.model_path, LoadOptions(input_spec=SPEC))
        for one in EXAMPLES.values():
            if one.kind != NONE and (not wanted or one.name in wanted):
                yield f"{exhibit.name}, {one.name}", network, one.path, exhibit.target
    photos = [name for name in PICTURES if not wanted or name in wanted]
    network = load_model(model_file(DEMO))
    for name in photos:
        yield f"{DEMO}, {name}", network, picture_path(name), None


def found_of(name: str, network: LoadedModel, picture: Path, target: int | None) -> Iterator[Found]:
    """The candidate under every setting."""
    prepared = prepare(open_picture(picture), network.input_spec)
    recipe = Recipe(crop=prepared.content)
    guided = _scores(explain(network, prepared.inputs, target, "guided-backprop"), recipe)
    for noise in NOISES:
        for average in AVERAGES:
            settings = {**noise, "average": average}
            one = explain(network, prepared.inputs, target, "fusiongrad", **settings)
            raw, after = _scores(one, recipe) - guided
            yield Found(name, settings, float(raw), -float(after))


def _scores(one: Attribution, recipe: Recipe) -> np.ndarray:
    before = before_removal(one, recipe)
    return np.array([complexity(before)[0], sweep(before, np.array([QUANTILE]))[0, 0]])


def main(wanted: list[str]) -> int:
    """Print every candidate, the clearest last."""
    found = [one for candidate in candidates(wanted) for one in found_of(*candidate)]
    for one in sorted(found, key=lambda one: one.clear):
        told = f"{one.behind:+.3f} nats behind raw, {one.ahead:+.3f} ahead after"
        print(f"{one.name:<32}{one.settings}  {told}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
