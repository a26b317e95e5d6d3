"""Who changes places between two models: as surely as the draws allow."""

from __future__ import annotations

import pytest

from tests.runs.test_leaders import run_with
from xai_core.compare.order import NOBODY, changes_of_place, told
from xai_core.runs.run import Score


def scores(saliency: float, smoothgrad: float) -> dict[str, Score]:
    return {"saliency": Score(9.0, saliency), "smoothgrad": Score(9.0, smoothgrad)}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (0.01, "In B SmoothGrad overtakes Saliency"),
        (0.1, "Too close to call whether in B SmoothGrad overtakes Saliency"),
        (None, "By this one seed, in B SmoothGrad overtakes Saliency"),
    ],
)
def test_a_change_of_places_is_told_as_surely_as_seeds_allow(
    error: float | None, said: str
) -> None:
    runs = (run_with(error), run_with(error))
    found = changes_of_place(runs, (scores(8.0, 8.1), scores(8.1, 8.0)), 0.2)
    assert told(found) == said
    assert told(changes_of_place(runs, (scores(8.0, 8.1), scores(8.0, 8.2)), 0.2)) == NOBODY
