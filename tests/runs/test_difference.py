"""What two runs differ in."""

from __future__ import annotations

from dataclasses import replace

from tests.runs.small import small_run
from xai_core.runs.difference import changes, scores
from xai_core.runs.run import Score

FIRST = small_run(scores={"saliency": Score(5.0, 4.0), "smoothgrad": Score(5.0, 3.0)})


def test_a_run_does_not_differ_from_itself() -> None:
    assert changes(FIRST, FIRST) == ()
    assert [row.moved for row in scores(FIRST, FIRST)] == [0, 0]


def test_places_and_scores_stand_side_by_side() -> None:
    other = replace(
        FIRST, scores={"saliency": Score(5.0, 2.0), "smoothgrad": Score(5.0, float("nan"))}
    )
    one, two = scores(FIRST, other)
    assert (one.first, one.second, one.moved) == (4, 2, 1)
    assert (two.first, two.second, two.moved) == (3, None, None)


def test_parameters_recipe_and_origin_are_told() -> None:
    changed = replace(FIRST.attributions["smoothgrad"], parameters={"m": 9, "of": ""})
    other = replace(
        FIRST,
        model="other",
        recipe=replace(FIRST.recipe, sign="positive"),
        attributions={**FIRST.attributions, "smoothgrad": changed},
    )
    found = {(one.area, one.what): (one.first, one.second) for one in changes(FIRST, other)}
    assert found == {
        ("", "model"): ("net", "other"),
        ("recipe", "sign"): ("absolute", "positive"),
        ("smoothgrad", "m"): (4, 9),
    }
    alone = replace(FIRST, attributions={"saliency": FIRST.attributions["saliency"]})
    (change,) = changes(FIRST, alone)
    assert (change.area, change.first, change.second) == ("smoothgrad", True, False)
