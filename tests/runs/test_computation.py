"""A comparison computed in this process, kept on disk and opened again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from xai_core import XaiError, complexity, explain
from xai_core.attribution import autocast
from xai_core.attribution.context import explained_of
from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Maps, Scores
from xai_core.base.errors import Cancelled
from xai_core.base.pace import Pace
from xai_core.base.target import Asked, Explained
from xai_core.maps.canonical import before_removal, canonicalise
from xai_core.pictures.backgrounds import held as backgrounds
from xai_core.pictures.backgrounds import names
from xai_core.pictures.preprocessing import InputSpec, prepare
from xai_core.runs.computation import Request, compare, finished
from xai_core.runs.reading import open_run
from xai_core.runs.run import Run
from xai_core.targets import Prediction, predict

SPEC = InputSpec(height=20, width=20, resize=20, fit="letterbox")


class InProcess:
    """What a worker offers, without the process."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.net = nn.Sequential(
            nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)
        ).eval()
        self.computed: list[str] = []

    def predict(self, inputs: np.ndarray) -> Prediction:
        return predict(self.net(torch.from_numpy(inputs)), len(inputs))

    def resolve(self, inputs: np.ndarray, target: Asked) -> tuple[Explained, ...]:
        return explained_of(self.net, inputs, target)

    def explain(
        self,
        inputs: np.ndarray,
        target: Asked,
        method: str,
        seed: int = 0,
        parameters: Any = None,
        *,
        pace: Pace | None = None,
        progress: Callable[[int, int], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Attribution:
        self.computed.append(method)
        how: dict[str, Any] = {"pace": pace, "progress": progress, **(parameters or {})}
        return explain(self.net, inputs, target, method, seed, **how)

    def score(self, maps: Maps, metric: str = "complexity") -> Scores:
        return complexity(maps)


def request(**changes: Any) -> Request:
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 255, (30, 15, 3), np.uint8))
    plain = Request(
        model="net",
        model_sha256="0" * 64,
        model_format="torch-eager",
        picture="noise",
        picture_sha256="1" * 64,
        prepared=prepare(picture, SPEC),
        target=None,
        methods={"saliency": {}, "smoothgrad": {"m": 4}},
        labels=("a", "b", "c"),
    )
    return replace(plain, **changes)


def run_of(worker: InProcess, **changes: Any) -> Run:
    return compare(worker, worker, request(**changes))


def test_a_run_holds_maps_guesses_and_scores_of_the_cropped_maps() -> None:
    run = run_of(InProcess())
    assert list(run.attributions) == ["saliency", "smoothgrad"]
    assert [guess.label for guess in run.guesses] != ["a", "b", "c"] or run.target == 0
    assert run.target == run.guesses[0].index
    assert run.recipe.crop == run.content != (0, 0, 20, 20)
    for name, one in run.attributions.items():
        raw, after = before_removal(one, run.recipe), canonicalise(one, run.recipe)
        assert raw.shape == (1, 20, 10)
        assert run.scores[name].raw == pytest.approx(complexity(raw)[0])
        assert run.scores[name].after == pytest.approx(complexity(after)[0])


def test_methods_of_many_samples_run_at_the_pace_and_say_so() -> None:
    methods = {"saliency": {}, "smoothgrad": {"m": 4}, "noisegrad": {"n": 8}}
    run = run_of(InProcess(), methods=methods, pace=Pace(2, True))
    paces = {name: one.pace for name, one in run.attributions.items()}
    assert paces == {"saliency": Pace(), "smoothgrad": Pace(), "noisegrad": Pace(2, True)}


def test_what_is_known_is_not_computed_again_unless_it_was_asked_otherwise() -> None:
    worker = InProcess()
    known = run_of(worker).attributions
    worker.computed.clear()
    compare(worker, worker, request(), known=known)
    assert worker.computed == []
    compare(worker, worker, request(seed=1), known=known)
    assert worker.computed == ["saliency", "smoothgrad"]
    worker.computed.clear()
    changed = {"saliency": {}, "smoothgrad": {"m": 5}}
    compare(worker, worker, request(methods=changed), known=known)
    assert worker.computed == ["smoothgrad"]
    worker.computed.clear()
    other = (run_of(worker).target or 0) + 1
    worker.computed.clear()
    compare(worker, worker, request(target=other % 3), known=known)
    assert worker.computed == ["saliency", "smoothgrad"]


def test_a_map_without_autocast_is_not_known_with_it_nor_the_other_way_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(autocast, "OFFERED", ("cpu",))
    methods: Any = {"saliency": {}, "smoothgrad": {"m": 8}, "occlusion": {}}
    plain, narrow = request(methods=methods), request(methods=methods, pace=Pace(autocast=True))
    worker = InProcess()
    known = compare(worker, worker, plain).attributions
    worker.computed.clear()
    found = compare(worker, worker, narrow, known=known).attributions
    assert worker.computed == ["smoothgrad"]
    assert [one.pace.autocast for one in found.values()] == [False, True, False]
    compare(worker, worker, narrow, known=found)
    assert worker.computed == ["smoothgrad"]
    compare(worker, worker, plain, known=found)
    assert worker.computed == ["smoothgrad", "smoothgrad"]


def test_progress_counts_the_samples_of_all_methods() -> None:
    seen: list[tuple[int, int]] = []
    compare(
        InProcess(), InProcess(), request(), progress=lambda done, total: seen.append((done, total))
    )
    assert seen[-1] == (5, 5)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_run_comes_together_the_cheapest_map_first_and_a_cancel_leaves_what_is_there() -> None:
    def stop(done: int, total: int) -> None:
        if done > 4:
            raise Cancelled

    worker, seen = InProcess(), list[Run]()
    asked = request(methods={"smoothgrad": {"m": 8}, "saliency": {}, "integrated-gradients": {}})
    known = {"integrated-gradients": run_of(worker, methods=asked.methods).attributions}
    with pytest.raises(Cancelled):
        compare(
            *(worker, worker, asked),
            known={k: v[k] for k, v in known.items()},
            progress=stop,
            arrived=seen.append,
        )
    names = [list(run.attributions) for run in seen]
    assert names == [["integrated-gradients"], ["integrated-gradients", "saliency"]]
    kept = finished(worker, asked.methods, seen[-1])
    assert list(kept.attributions) == ["saliency", "integrated-gradients"]
    for name, score in kept.scores.items():
        assert vars(seen[-1].scores[name]) == pytest.approx(vars(score), abs=1e-5)


def test_a_method_that_is_not_defined_leaves_the_others() -> None:
    worker = InProcess()
    worker.net[1] = nn.GELU()
    run = run_of(worker, methods={"guided-backprop": {}, "saliency": {}})
    assert list(run.attributions) == ["saliency"]
    assert "rectifier" in run.failures["guided-backprop"]


def test_a_run_comes_back_from_disk_as_it_was(tmp_path: Path) -> None:
    run = run_of(InProcess())
    dead = replace(
        run, scores={**run.scores, "saliency": replace(run.scores["saliency"], after=float("nan"))}
    )
    dead.write(tmp_path / "run")
    back = open_run(tmp_path / "run")
    assert np.isnan(back.scores["saliency"].after)
    assert back.scores["smoothgrad"] == run.scores["smoothgrad"]
    for name, one in run.attributions.items():
        np.testing.assert_array_equal(back.attributions[name].values, one.values)
        assert back.attributions[name].target == one.target
        assert dict(back.attributions[name].parameters) == dict(one.parameters)
    np.testing.assert_array_equal(back.pixels, run.pixels)
    assert (back.recipe, back.guesses, back.content) == (run.recipe, run.guesses, run.content)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("name", ["run.json", "maps.npz", "picture.png"])
def test_a_broken_run_is_told(tmp_path: Path, name: str) -> None:
    run_of(InProcess()).write(tmp_path / "run")
    (tmp_path / "run" / name).write_bytes(b"broken")
    with pytest.raises(XaiError, match="no readable run"):
        open_run(tmp_path / "run")


def test_the_names_of_a_baselines_pictures_go_with_its_maps() -> None:
    worker = InProcess()
    text = backgrounds.hold(np.zeros((1, 3, 20, 20), np.float32))
    given = {"start": "picture", "baseline_pictures": text, "n_steps": 2}
    methods: dict[str, Any] = {"integrated-gradients": given, "saliency": {}}
    found = run_of(worker, methods=methods, baselines={text: ["/home/jo/blank.png"]})
    one, other = (found.attributions[name] for name in methods)
    assert one.chosen[names.KEPT] == ["blank.png"]
    assert names.KEPT not in other.chosen
    asked = request(methods=methods, baselines={text: ["black.png"]})
    again = compare(worker, worker, asked, known=found.attributions).attributions
    assert len(worker.computed) == 2, "the map is the same, whatever they are called"
    assert again["integrated-gradients"].chosen[names.KEPT] == ["black.png"]
