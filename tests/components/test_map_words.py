"""What is said of a map in words: how far it is sampled, what it was asked with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.maps import heatmaps, preview, scale
from components.methods import changes
from components.session.state.workspace import KEY
from tests.runs.small import small_run
from xai_core.attribution.methods.base import SHARE, SLOPE
from xai_core.notebook import of_attribution
from xai_core.pictures.region import as_text, shown
from xai_core.report import small_print
from xai_core.runs import difference
from xai_core.runs.run import Run
from xai_core.scores.measurement import samples


def test_every_standard_error_is_told() -> None:
    assert preview.sampled(1, {"standard_error": 0.034}) == "standard error 3.4 %"
    told = preview.sampled(9, {"samples": 5, "standard_error": 0.5})
    assert told == "stopped after 5 of 9, standard error 50.0 %"
    assert preview.sampled(1, {"standard_error": "x"}) == preview.sampled(1, {}) == ""


def with_mask(pixels: int) -> Run:
    """A small run, one of whose maps was asked for with a mask."""
    mask = np.zeros((16, 16), dtype=bool)
    mask[:pixels] = True
    run = small_run()
    asked, one = {"regions": as_text(mask)}, run.attributions["saliency"]
    given = replace(one, method="occlusion", parameters=asked, chosen={"regions": 1})
    return replace(run, attributions={"occlusion": given})


def test_a_mask_is_told_by_its_size_and_another_one_is_another() -> None:
    run = with_mask(3)
    one = run.attributions["occlusion"]
    texts = [heatmaps._described(run, "occlusion"), small_print.settings(one), of_attribution(one)]
    texts += list(changes._differing({"seed": 0}, one.parameters, 0))
    for text in texts:
        assert "a mask of 16×16 (" in text
        assert one.parameters["regions"] not in text
    (change,) = [one for one in difference.changes(run, with_mask(5)) if one.what == "regions"]
    assert change.first != change.second
    assert str(change.first).startswith("a mask of 16×16")
    assert shown("resnet18") == "resnet18"


def form() -> None:
    from components.methods import form
    from components.session.state.workspace import workspace
    from tests.components.test_map_words import with_mask

    space = workspace()
    mask = with_mask(3).attributions["occlusion"].parameters["regions"]
    space.settings.setdefault("occlusion", {"regions": mask})
    form.show(space, "occlusion")


def test_the_form_keeps_a_mask_until_it_is_left_out() -> None:
    app = AppTest.from_function(form, default_timeout=60).run()
    assert not app.exception
    kept = app.session_state[KEY].settings["occlusion"]["regions"]
    assert kept.startswith("16x16:")
    app.button(key="occlusion-regions-out").click().run()
    assert "regions" not in app.session_state[KEY].settings["occlusion"]
    assert not app.button


def table() -> None:
    from components.trust import measurements, metric_table
    from tests.runs.test_unranked import lost

    run = lost()
    metric_table.show(measurements.of(run, run.recipe, ["deletion", "insertion"]), key="table")


def test_a_cause_is_told_once_for_all_that_share_it() -> None:
    app = AppTest.from_function(table, default_timeout=60).run()
    assert not app.exception
    (expander,) = app.expander
    assert expander.caption[0].value.startswith(
        "Deletion of SmoothGrad, Insertion of SmoothGrad: Its relevance adds up to 10%"
    )
    assert len(expander.caption) == 1


@pytest.mark.parametrize(
    ("method", "asked", "unit"),
    [
        ("smoothgrad", {}, SLOPE),
        ("smoothgrad", {"average": "squared"}, "smoothgrad"),
        ("fusiongrad", {"average": "variance"}, "fusiongrad"),
        ("noisegrad", {"of": "integrated-gradients"}, SHARE),
        ("smoothgrad", {"of": "grad-cam"}, "smoothgrad"),
        ("integrated-gradients", {}, SHARE),
        ("integrated-gradients", {"times_input": False}, SLOPE),
        ("of-a-later-version", {"new": 1}, "of-a-later-version"),
    ],
)
def test_a_unit_is_that_of_the_parameters(method: str, asked: dict[str, Any], unit: str) -> None:
    run = small_run()
    one = replace(run.attributions["saliency"], method=method, parameters=asked)
    assert scale._units(replace(run, attributions={method: one}), [method]) == {method: unit}


def test_a_map_of_another_versions_method_is_drawn_and_measured_all_the_same() -> None:
    run = small_run()
    old = replace(run.attributions["smoothgrad"], parameters={"gone": 1})
    run = replace(run, attributions={**run.attributions, "smoothgrad": old})
    assert heatmaps._sampled(run, "smoothgrad") == ""
    assert scale._units(run, ["smoothgrad"]) == {"smoothgrad": "smoothgrad"}
    gone = replace(old, method="of-another-version")
    assert samples("deletion", gone, (3, 16, 16)) == samples("deletion", old, (3, 16, 16)) > 0
