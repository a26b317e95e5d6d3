"""Presets, and the guess which one a model was trained with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from xai_core.base.arrays import Inputs
from xai_core.base.errors import InputError
from xai_core.pictures.demo import picture_path
from xai_core.pictures.preprocessing import InputSpec, open_picture, prepare
from xai_core.pictures.presets import PRESETS, preset_of, suitable
from xai_core.pictures.raster import Raster
from xai_core.targets import Prediction
from xai_core.targets.likely_preset import Likely, likely_preset

SPEC = InputSpec(height=16, width=16, fit="squash", resize=16)
PIXELS = np.random.default_rng(5).integers(0, 256, (16, 16, 3), np.uint8)


def values(name: str, spec: InputSpec = SPEC) -> Inputs:
    return prepare(Raster(PIXELS), PRESETS[name].applied(spec)).inputs


def test_presets_are_what_they_say() -> None:
    unit = PIXELS.transpose(2, 0, 1)[None] / 255.0
    mean, std = (np.array(one)[:, None, None] for one in (InputSpec.mean, InputSpec.std))
    np.testing.assert_allclose(values("imagenet"), (unit - mean) / std, atol=1e-5)
    np.testing.assert_allclose(values("unit"), unit, atol=1e-6)
    np.testing.assert_allclose(values("signed"), unit * 2 - 1, atol=1e-6)
    np.testing.assert_allclose(values("raw-255"), unit * 255, atol=1e-4)
    np.testing.assert_array_equal(values("as-is"), PIXELS.transpose(2, 0, 1)[None])


@pytest.mark.parametrize("channels", [1, 3, 7])
def test_a_spec_knows_its_preset(channels: int) -> None:
    spec = InputSpec.for_shape(channels, 8, 8)
    for preset in suitable(channels):
        assert preset_of(preset.applied(spec)) is preset
        assert preset_of(preset.applied(PRESETS["as-is"].applied(spec))) is preset
    assert preset_of(replace(spec, mean=(0.11,) * channels)) is None
    assert ("imagenet" in [one.name for one in suitable(channels)]) == (channels != 7)


def test_a_preset_that_does_not_suit_is_told() -> None:
    with pytest.raises(InputError, match="the model takes 5"):
        PRESETS["imagenet"].applied(InputSpec.for_shape(5, 8, 8))


def knowing(name: str, bgr: bool = False, classes: int = 20) -> Callable[[Inputs], Prediction]:
    """A matched filter for the picture as one preset gives it: the nearer, the surer."""
    spec = replace(SPEC, order=(2, 1, 0) if bgr else ())
    known = values(name, spec)

    def predict(inputs: Inputs) -> Prediction:
        far = np.sqrt(((inputs - known) ** 2).mean((1, 2, 3)))
        scores = np.tile(np.linspace(0, 1, classes), (len(inputs), 1))
        scores[:, 4] += 12 * np.exp(-4 * far)
        return Prediction("classes", "", scores.astype(np.float32), scores.shape)

    return predict


def guess(predict: Callable[[Inputs], Prediction], spec: InputSpec = SPEC) -> Likely:
    return likely_preset(predict, Raster(PIXELS), spec)


@pytest.mark.parametrize("bgr", [False, True])
@pytest.mark.parametrize("name", ["imagenet", "unit", "signed", "raw-255"])
def test_the_preset_that_a_model_knows_is_found(name: str, bgr: bool) -> None:
    found = guess(knowing(name, bgr))
    assert found.certainty == "likely", found.reason
    assert found.best is not None
    assert (found.best.preset.name, found.best.bgr, found.best.top) == (name, bgr, 4)
    np.testing.assert_array_equal(
        prepare(Raster(PIXELS), found.best.spec).inputs,
        values(name, replace(SPEC, order=(2, 1, 0) if bgr else ())),
    )
    assert len(found.trials) == 8  # raw values of 8 bit are the same twice


def answering(scores: Callable[[Inputs], np.ndarray], kind: str = "classes") -> Likely:
    def predict(inputs: Inputs) -> Prediction:
        found = scores(inputs).astype(np.float32)
        return Prediction(kind, "", found, found.shape)  # type: ignore[arg-type]

    return guess(predict)


def test_one_output_and_maps_cannot_tell() -> None:
    single = answering(lambda inputs: inputs.mean((1, 2, 3))[:, None])
    assert (single.best, single.certainty) == (None, "unknown")
    assert "one output" in single.reason
    dense = answering(lambda inputs: inputs.mean((2, 3)), "dense")
    assert (dense.best, dense.certainty) == (None, "unknown")


def test_a_model_that_knows_nothing_cannot_tell() -> None:
    found = answering(lambda inputs: np.random.default_rng(0).random((len(inputs), 30)))
    assert found.best is None
    assert "unsure" in found.reason


def test_larger_numbers_alone_are_not_believed() -> None:
    weights = np.random.default_rng(2).standard_normal((3 * 16 * 16, 12))
    found = answering(lambda inputs: inputs.reshape(len(inputs), -1) @ weights / 40)
    assert found.trials[0].preset.name == "raw-255"  # the surest, and no wonder
    assert found.best is None, found.reason


def test_what_is_equally_sure_cannot_be_told_apart() -> None:
    def scores(inputs: Inputs) -> np.ndarray:
        out = np.zeros((len(inputs), 20))
        out[:, 3] = 5.0
        return out

    found = answering(scores)
    assert found.best is None
    assert "cannot be told apart" in found.reason


def test_confidence_and_entropy_are_those_of_the_softmax() -> None:
    found = answering(lambda inputs: np.stack([np.arange(6.0) * one.std() for one in inputs]))
    for trial in found.trials:
        scores = np.arange(6.0) * values(trial.preset.name).std()
        expected = np.exp(scores) / np.exp(scores).sum()
        if trial.bgr:
            continue
        assert trial.confidence == pytest.approx(expected.max(), rel=1e-4)
        assert trial.entropy == pytest.approx(
            -(expected * np.log(expected)).sum(), rel=1e-3, abs=1e-9
        )


def test_a_float_picture_without_a_range_is_tried_as_it_is() -> None:
    raster = Raster(PIXELS.astype(np.float32) * 3)

    def predict(inputs: Inputs) -> Prediction:
        assert len(inputs) == 2
        return Prediction("classes", "", np.zeros((2, 4), np.float32), (2, 4))

    assert {one.preset.name for one in likely_preset(predict, raster, SPEC).trials} == {"as-is"}


def test_on_the_demo_model_raw_values_are_told_from_normalised_ones() -> None:
    """Its authors trained it on [−1, 1]; it bears ImageNet's mean and deviation nearly as well."""
    import torch

    from xai_core.models.demo import demo_weights
    from xai_core.models.loading import load_model
    from xai_core.targets import predict as as_numbers

    module = load_model(demo_weights()).module
    assert module is not None

    def predict(inputs: Inputs) -> Prediction:
        with torch.no_grad():
            return as_numbers(module(torch.from_numpy(inputs)), len(inputs))

    found = {
        name: likely_preset(predict, open_picture(picture_path(name)), InputSpec())
        for name in ("coffee", "cat", "rocket")
    }
    best = found["coffee"].best
    assert best is not None
    assert (best.preset.name, best.bgr) == ("signed", False)
    for name in ("coffee", "cat"):
        assert found[name].trials[-1].preset.name == "raw-255"
    assert found["cat"].certainty != "likely"
    assert all(one.best is None or one.best.preset.name != "raw-255" for one in found.values())


def test_a_picture_that_uses_little_of_its_type_is_tried_with_its_own_range() -> None:
    deep = Raster(PIXELS.astype(np.uint16) * 16)  # 12 bit in 16
    found = likely_preset(knowing("signed"), deep, SPEC)
    assert found.reason.startswith("Tried with the picture's own range")
    assert found.best is not None
    assert (found.best.preset.name, found.best.spec.range) == ("signed", "data")
    given = replace(SPEC, range="given", low=0.0, high=4080.0)
    assert likely_preset(knowing("signed"), deep, given).trials[0].spec.high == 4080.0
