"""Guided Backprop's known failure on a real model: its map hardly depends on the weights."""

from __future__ import annotations

import pytest

from tests.attribution.test_flip import net
from tests.dose import dose
from xai_core.attribution.explanation import explain
from xai_core.attribution.random_weights import randomised
from xai_core.maps.canonical import before_removal
from xai_core.maps.recipe import Recipe
from xai_core.maps.similarity import Similarity, similarity
from xai_core.pictures.demo import picture_path
from xai_core.pictures.preprocessing import InputSpec, open_picture, prepare

CAT = 285


def twins(method: str, seed: int) -> Similarity:
    inputs = prepare(open_picture(picture_path("cat")), InputSpec()).inputs
    own = explain(net(), inputs, CAT, method, seed)
    with randomised(net(), seed):
        other = explain(net(), inputs, CAT, method, seed)
    return similarity(*(before_removal(one, Recipe())[0] for one in (own, other)))


@pytest.mark.parametrize("seed", dose([0], [0, 1]))
@pytest.mark.parametrize(
    ("method", "alike"),
    [
        ("guided-backprop", True),
        ("deconvolution", True),
        ("saliency", False),
        ("input-x-gradient", False),
        ("grad-cam", False),
    ],
)
def test_who_hardly_depends_on_the_weights(method, alike, seed):
    assert twins(method, seed).alike is alike
