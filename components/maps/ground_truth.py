"""What is known of where a map should light up, and how well each map does."""

from __future__ import annotations

from collections.abc import Mapping

from components.session.jobs import queue
from components.session.processes import Access, known
from xai_core.attribution.relevance.conservation import ranked_of
from xai_core.demo.example import example_localisations, is_example
from xai_core.demo.wafer.examples import truth_of
from xai_core.maps.recipe import Recipe
from xai_core.runs.manifest import maps_digest
from xai_core.runs.run import Run
from xai_core.scores.localisation import Localisation, localised


def localisations(run: Run, recipe: Recipe) -> Mapping[str, Localisation]:
    """How well each ranked map finds the truth, by method; nothing where it is not known."""
    if recipe == run.recipe and is_example(run):  # the first page waits for no process
        return example_localisations()
    mask = truth_of(run.pixels)
    if mask is None:
        return {}

    def compute() -> dict[str, Localisation]:
        with queue.shown("Measuring with Quantus …") as turn:
            return localised(Access(turn), run.attributions, recipe, mask)

    found = known().get(("localisation", maps_digest(run.attributions), recipe), compute)
    return ranked_of(run.attributions, found)
