"""What a worker gives for a sound model."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xai_core.attribution.batches.order import Refused
from xai_core.attribution.explanation import explain
from xai_core.attribution.result import Attribution
from xai_core.base.errors import Cancelled, InputError, ModelError, WorkerError
from xai_core.base.pace import Pace
from xai_core.maps.recipe import Recipe
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import load_model
from xai_core.pictures.preprocessing import InputSpec
from xai_core.scores.measurement import measure
from xai_core.worker import Worker
from xai_core.worker.process.budget import Budget

pytestmark = pytest.mark.usefixtures("patient")
MANY = {"m": 200}


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


def test_a_pace_is_measured_kept_to_and_told(
    shared: Worker, tiny: Path, inputs: np.ndarray
) -> None:
    assert 1 <= shared.pace(inputs).batch_size <= 16
    pace = Pace(3, channels_last=True, threads=1)
    got = shared.explain(inputs, 1, "smoothgrad", parameters={"m": 9}, pace=pace)
    expected = explain(load_model(tiny), inputs, 1, "smoothgrad", pace=pace, m=9)
    np.testing.assert_array_equal(got.values, expected.values)
    assert got.pace == pace
    assert shared.explain(inputs, 1, "saliency").pace == Pace()


def test_a_card_says_where_autocast_is_offered_and_elsewhere_it_is_refused(
    tiny: Path, inputs: np.ndarray
) -> None:
    pace = Pace(3, autocast=True)
    with Worker() as worker:
        card = worker.load(tiny)
        assert card.autocast == (card.device != "cpu")
        if card.autocast:
            got = worker.explain(inputs, 1, "smoothgrad", parameters={"m": 9}, pace=pace)
            assert got.pace == pace
            assert 0.9 < got.chosen["autocast_cosine"] <= 1
            return
        with pytest.raises(InputError, match="offered on cuda"):
            worker.explain(inputs, 1, "smoothgrad", parameters={"m": 9}, pace=pace)
        assert worker.explain(inputs, 1, "saliency").values.any()


def test_a_pace_stays_within_the_memory_of_the_process(tiny: Path, inputs: np.ndarray) -> None:
    with Worker(budget=Budget(memory=1)) as worker:
        worker._connection.process.kill()  # of so little memory
        worker._connection.budget = Budget.configured()
        worker.load(tiny)
        worker._connection.budget = Budget(memory=1)
        assert worker.pace(inputs).batch_size == 1


def test_a_pace_that_is_cancelled_leaves_the_model_as_it_was(
    shared: Worker, inputs: np.ndarray
) -> None:
    class AtTheFirstLook(threading.Event):
        looked = 0

        def is_set(self) -> bool:
            self.looked += 1
            return self.looked > 3

    before, pid = shared.explain(inputs, 1, "saliency"), shared.pid
    large = np.zeros((1, 3, 512, 512), np.float32)
    with pytest.raises(Cancelled):
        shared.pace(large, cancel=AtTheFirstLook())
    np.testing.assert_array_equal(shared.explain(inputs, 1, "saliency").values, before.values)
    assert shared.pid == pid


def test_score_needs_no_model() -> None:
    maps = np.random.default_rng(0).random((3, 8, 8))
    maps[1] = 0
    with Worker() as worker:
        worker.warm("score")
        scores = worker.score(maps)
        found = worker.score(maps, "localisation-auc", maps > 0.5)
        with pytest.raises(InputError, match="Masks of the size"):
            worker.score(maps, "localisation-auc", np.ones((3, 4, 4)))
    assert found.tolist() == pytest.approx([1.0, np.nan, 1.0], nan_ok=True)
    assert scores.dtype == np.float64
    assert np.isfinite(scores).tolist() == [True, False, True]


def test_progress_comes_in_this_thread_and_ends_at_the_total(
    shared: Worker, inputs: np.ndarray
) -> None:
    seen: list[tuple[int, int]] = []
    threads = set()

    def progress(done: int, total: int) -> None:
        seen.append((done, total))
        threads.add(threading.current_thread())

    start = time.monotonic()
    shared.explain(inputs, 1, "smoothgrad", parameters=MANY, progress=progress)
    seconds = time.monotonic() - start
    assert threads == {threading.current_thread()}
    assert seen[-1][0] == seen[-1][1] >= 200
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) <= 3 + 21 * seconds


def test_cancel_leaves_the_model_as_it_was(shared: Worker, inputs: np.ndarray) -> None:
    before = shared.explain(inputs, 1, "fusiongrad", seed=1)
    pid, cancel = shared.pid, threading.Event()
    with pytest.raises(Cancelled):
        shared.explain(
            inputs,
            1,
            "fusiongrad",
            parameters={"n": 100, "m": 100},
            progress=lambda done, total: cancel.set(),
            cancel=cancel,
        )
    after = shared.explain(inputs, 1, "fusiongrad", seed=1)
    assert shared.pid == pid
    np.testing.assert_array_equal(before.values, after.values)


def test_an_error_in_the_progress_stops_the_work(shared: Worker, inputs: np.ndarray) -> None:
    class Rerun(BaseException):
        pass

    def progress(done: int, total: int) -> None:
        raise Rerun

    pid = shared.pid
    with pytest.raises(Rerun):
        shared.explain(inputs, 1, "fusiongrad", parameters={"n": 100, "m": 100}, progress=progress)
    assert shared.predict(inputs).shape == (1, 4)
    assert shared.pid == pid


def test_a_cancel_before_the_call_costs_nothing(shared: Worker, inputs: np.ndarray) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        shared.explain(inputs, 1, "saliency", cancel=cancel)


def test_errors_arrive_as_their_own_kind(
    shared: Worker, inputs: np.ndarray, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="no class 9"):
        shared.explain(inputs, 9, "saliency")
    with pytest.raises(InputError, match="Did you mean 'saliency'"):
        shared.explain(inputs, 1, "salency")
    with pytest.raises(InputError, match="no parameter 'progress'"):
        shared.explain(inputs, 1, "saliency", parameters={"progress": 1})
    with pytest.raises(InputError, match="batch, channels"):
        shared.predict(inputs[0])
    with pytest.raises(ModelError) as caught:
        shared.predict(np.zeros((1, 5, 16, 16), np.float32))
    assert caught.value.code == "forward-failed"
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"this is no model")
    with pytest.raises(ModelError) as caught:
        shared.inspect(broken)
    assert caught.value.code == "unknown-format"


def test_without_a_model_there_is_nothing_to_explain(
    inputs: np.ndarray, tiny: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"this is no model")
    with Worker() as worker:
        with pytest.raises(InputError, match="No model"):
            worker.predict(inputs)
        worker.load(tiny)
        with pytest.raises(ModelError):
            worker.load(broken)
        with pytest.raises(InputError, match="No model"):
            worker.predict(inputs)


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


def test_a_closed_worker_says_so(inputs: np.ndarray) -> None:
    worker = Worker()
    assert worker.alive
    worker.close()
    worker.close()
    assert not worker.alive
    with pytest.raises(WorkerError, match="closed"):
        worker.predict(inputs)
    with pytest.raises(WorkerError, match="closed"):
        worker.score(np.zeros((1, 2, 2)))


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


@pytest.mark.parametrize("metric", ["sparseness", "pixel-flipping", "mprt"])
def test_measure_equals_measure_in_this_process(
    shared: Worker, tiny: Path, inputs: np.ndarray, metric: str
) -> None:
    model = load_model(tiny)
    one = explain(model, inputs, None, "saliency")
    got = shared.measure(inputs, one, Recipe(), metric)
    wanted = measure(model, inputs, one, Recipe(), metric)
    assert got.cause is wanted.cause is None
    assert got.score == pytest.approx(wanted.score, rel=1e-4)
    assert got.curve == pytest.approx(wanted.curve, rel=1e-4)
    assert len(got.curve) == (86 if metric == "pixel-flipping" else 0)


def test_a_map_without_a_score_has_its_cause(shared: Worker, inputs: np.ndarray) -> None:
    one = shared.explain(inputs, None, "saliency")
    dead = replace(one, values=np.zeros_like(one.values))
    got = shared.measure(inputs, dead, Recipe(), "pixel-flipping")
    assert got.score is None
    assert "zero everywhere" in (got.cause or "")


def test_measuring_can_be_stopped(shared: Worker, inputs: np.ndarray) -> None:
    cancel = threading.Event()
    one = shared.explain(inputs, None, "smoothgrad", parameters=MANY)
    with pytest.raises(Cancelled):
        shared.measure(
            inputs,
            one,
            Recipe(),
            "sensitivity",
            progress=lambda done, total: cancel.set(),
            cancel=cancel,
        )
    assert shared.predict(inputs).kind == "classes"


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
        shared.explain_many(batch, {"smoothgrad": MANY}, cancel=cancel)
    assert shared.alive
