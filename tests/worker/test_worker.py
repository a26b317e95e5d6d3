"""What a worker gives for a sound model."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from xai_core.attribution.batches.order import Refused
from xai_core.attribution.explanation import explain
from xai_core.attribution.result import Attribution
from xai_core.base.errors import Cancelled
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import load_model
from xai_core.pictures.preprocessing import InputSpec
from xai_core.worker import Worker

pytestmark = pytest.mark.usefixtures("patient")


def test_the_card_says_what_was_loaded(shared: Worker, tiny: Path) -> None:
    steps: list[tuple[int, int]] = []
    options = LoadOptions(input_spec=InputSpec.for_shape(3, 16, 16))
    card = shared.load(tiny, options, progress=lambda *step: steps.append(step))
    assert steps == [(0, 3), (1, 3), (2, 3)]
    model = load_model(tiny)
    assert (card.file, card.format, card.sha256) == ("tiny.pt", "torch-eager", model.sha256)
    assert card.size == tiny.stat().st_size
    assert card.input_spec.shape == (3, 16, 16)
    assert card.parameters == 3 * 6 * 9 + 6 + 6 * 8 * 9 + 8 + 8 * 4 + 4


def test_inspect_runs_nothing(shared: Worker, tiny: Path) -> None:
    assert shared.inspect(tiny).format == "torch-eager"


def test_predict_equals_the_model(shared: Worker, tiny: Path, inputs: np.ndarray) -> None:
    import torch

    batch = np.concatenate([inputs, inputs * 2])
    got = shared.predict(batch)
    module = load_model(tiny).module
    assert module is not None
    expected = module.cpu()(torch.from_numpy(batch)).detach().numpy()
    assert got.kind == "classes"
    assert got.shape == (2, 4)
    np.testing.assert_allclose(got.scores, expected, rtol=1e-5, atol=1e-6)


def test_layers_in_the_order_in_which_they_run(shared: Worker, inputs: np.ndarray) -> None:
    layers = shared.layers(inputs)
    assert [layer.name for layer in layers] == list("0123456")
    assert [layer.spatial for layer in layers[:5]] == [True, True, True, True, False]


@pytest.mark.parametrize("method", ["saliency", "guided-backprop", "fusiongrad"])
def test_explain_equals_explain_in_this_process(
    shared: Worker, tiny: Path, inputs: np.ndarray, method: str
) -> None:
    got = shared.explain(inputs, None, method, seed=3)
    expected = explain(load_model(tiny), inputs, None, method, seed=3)
    np.testing.assert_array_equal(got.values, expected.values)
    assert (got.target, got.method, got.seed) == (expected.target, method, 3)
    assert dict(got.parameters) == dict(expected.parameters)
    assert got.native_size == expected.native_size


def test_a_map_of_each_channel_of_a_layer_comes_through(
    shared: Worker, tiny: Path, inputs: np.ndarray
) -> None:
    asked = {"layer": "2", "by_channel": True}
    expected = explain(load_model(tiny), inputs, None, "grad-cam", **asked).values
    assert expected.shape == (1, 8, 16, 16)
    got = shared.explain(inputs, None, "grad-cam", parameters=asked)
    np.testing.assert_array_equal(got.values, expected)
    (together,) = shared.explain_many(inputs, {"saliency": {}, "grad-cam": asked})
    np.testing.assert_array_equal(together["grad-cam"].values, expected)


def test_a_relative_path_is_one_of_this_process(
    shared: Worker, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny.parent)
    assert shared.load(Path(tiny.name)).file == "tiny.pt"


def test_two_workers_at_once(shared: Worker, tiny: Path, inputs: np.ndarray) -> None:
    with Worker() as other:
        other.load(tiny)
        results = []
        threads = [
            threading.Thread(target=lambda w=w: results.append(w.explain(inputs, 0, "smoothgrad")))
            for w in (shared, other, shared)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert other.pid != shared.pid
    first, *others = (result.values for result in results)
    for values in others:
        np.testing.assert_array_equal(first, values)


def test_a_noise_level_comes_over_as_the_core_says_it(
    shared: Worker, tiny: Path, inputs: np.ndarray
) -> None:
    import xai_core

    counts: list[tuple[int, int]] = []
    found = shared.noise_level(inputs, progress=lambda *one: counts.append(one))
    ours = xai_core.noise_level(xai_core.load_model(tiny), inputs)
    np.testing.assert_allclose(found.kept, ours.kept)
    assert found.reason == ours.reason
    assert counts[-1][0] == counts[-1][1]


def test_several_pictures_by_several_methods_in_one_call(
    shared: Worker, tiny: Path, inputs: np.ndarray
) -> None:
    """Each as alone; what is refused comes with its cause; a cancel leaves the model open."""
    batch = np.concatenate([inputs, inputs[..., ::-1], 0.5 * inputs])
    methods = {"saliency": {}, "grad-cam": {}, "smoothgrad": {"m": 2}, "gradient-rollout": {}}
    ticks: list[tuple[int, int]] = []
    found = shared.explain_many(batch, methods, seed=2, progress=lambda *one: ticks.append(one))
    model = load_model(tiny)
    for row, maps in enumerate(found):
        for name in list(methods)[:3]:
            alone = explain(model, batch[row : row + 1], None, name, 2, **methods[name])
            assert isinstance(maps[name], Attribution)
            scale = float(np.abs(alone.values).max())
            np.testing.assert_allclose(maps[name].values, alone.values, atol=1e-4 * scale)
            assert maps[name].explained[0].index == alone.target[0]
        assert isinstance(maps["gradient-rollout"], Refused)
        assert maps["gradient-rollout"].cause.startswith("No layer of this model attends")
    assert ticks == sorted(ticks)
    assert ticks[-1][0] <= ticks[-1][1]

    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        shared.explain_many(batch, {"smoothgrad": {"m": 200}}, cancel=cancel)
    assert shared.alive
