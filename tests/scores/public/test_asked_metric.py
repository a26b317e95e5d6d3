"""A metric as a text: one form for equal requests, and what is wrong is said."""

from __future__ import annotations

import pytest

from xai_core.base.errors import InputError
from xai_core.maps.recipe import Recipe
from xai_core.scores.metrics.base import METRICS
from xai_core.scores.public.asked_metric import AskedMetric, asked_metrics, localisation_metrics


def test_equal_requests_are_equal_texts_and_come_back() -> None:
    found = asked_metrics(["deletion:value=0,steps=20", " deletion@0.2:steps=20", "deletion"], 0.2)
    assert found == ("deletion@0.2:steps=20", "deletion@0.2")
    one = AskedMetric.of_text(found[0])
    assert (one.quantile, dict(one.parameters)) == (0.2, {"steps": 20, "value": 0.0})
    assert (one.title, one.where) == ("Deletion (steps 20)", "after removal at 0.2")
    assert one.recipe(Recipe()).quantile == 0.2
    raw = AskedMetric.of_text("sparseness@raw", 0.2)
    assert (str(raw), raw.where, raw.on_mask) == ("sparseness@raw", "before removal", False)
    on_masks = {AskedMetric.of_text(one).name for one in localisation_metrics(0.1)}
    assert on_masks == {one.name for one in METRICS if one.needs == "masks"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sparsenes", "no metric called 'sparsenes'"),
        ("deletion:step=3", "deletion: There is no parameter 'step'"),
        ("deletion:steps=1", "deletion: steps must be between"),
        ("deletion:steps", "PARAM=VALUE was expected, not 'steps'"),
        ("deletion@2", "between 0 and 1, or 'raw', was expected, not '2'"),
    ],
)
def test_what_is_wrong_is_said(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        AskedMetric.of_text(text)


def test_a_metric_of_many_pictures_is_none_of_a_map() -> None:
    group = next(one.name for one in METRICS if type(one).__mro__[1].__name__ == "GroupMetric")
    with pytest.raises(InputError, match="compares pictures with each other"):
        AskedMetric.of_text(group)
