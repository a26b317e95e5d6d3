"""The finding that Pedestal is about: removing the pedestal flips a ranking, on a real model."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

from tests.dose import soaked
from tests.reference import entropy
from xai_core.attribution.explanation import explain
from xai_core.base.arrays import Values
from xai_core.demo.run import demo_run
from xai_core.models.demo import demo_weights
from xai_core.pictures.demo import picture_path
from xai_core.pictures.preprocessing import InputSpec, open_picture, prepare

ROCKET, CAT = 657, 285


@cache
def net() -> nn.Module:
    from efficientnet_lite_pytorch import EfficientNet

    model = EfficientNet.from_name("efficientnet-lite0")
    model.load_state_dict(torch.load(demo_weights(), weights_only=True))
    return model.eval()


def raw(picture: str, target: int, method: str, **parameters: object) -> Values:
    inputs = prepare(open_picture(picture_path(picture)), InputSpec()).inputs
    values: Values = explain(net(), inputs, target, method, **parameters).values[0]
    return values


def without_pedestal(values: np.ndarray, quantile: float = 0.2) -> np.ndarray:
    return np.clip(values - np.quantile(values, quantile), 0, None)


def test_guided_backprop_of_the_cat():
    values = raw("cat", CAT, "guided-backprop")
    assert entropy(values.sum(0)) == pytest.approx(10.218, abs=0.003)
    assert entropy(np.abs(values).sum(0)) == pytest.approx(10.356, abs=0.003)


def test_guided_backprop_is_not_the_plain_gradient():
    guided = raw("cat", CAT, "guided-backprop")
    plain = raw("cat", CAT, "saliency", absolute=False)
    assert np.abs(guided - plain).max() > 0.1 * np.abs(plain).max()


NOISE = {"n": 10, "m": 10, "std": 0.05, "sg_std": 0.2, "average": "signed"}


@pytest.mark.parametrize(
    "computed", [False, pytest.param(True, marks=soaked)], ids=["kept", "computed"]
)
def test_the_flip(computed: bool):
    guided = np.abs(raw("rocket", ROCKET, "guided-backprop").sum(0))
    kept = demo_run().attributions["fusiongrad"]
    assert NOISE.items() <= kept.parameters.items()
    fresh = raw("rocket", ROCKET, "fusiongrad", batch_size=5, **NOISE) if computed else None
    fusion = np.abs((kept.values[0] if fresh is None else fresh).sum(0))
    assert entropy(guided) == pytest.approx(10.056, abs=0.003)
    assert entropy(fusion) == pytest.approx(10.14, abs=0.06)
    assert entropy(guided) < entropy(fusion)
    assert entropy(without_pedestal(fusion)) < entropy(without_pedestal(guided))
