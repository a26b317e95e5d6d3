"""Who goes on with a study: the same model, metrics in any order, baselines on another machine."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.studies.small_study import METHODS
from xai_core.base.errors import InputError
from xai_core.base.pace import Pace
from xai_core.cli.commands import study as command
from xai_core.cli.study import plan as planning
from xai_core.models.formats.base import LoadOptions
from xai_core.pictures.backgrounds import held as backgrounds
from xai_core.pictures.preprocessing import InputSpec
from xai_core.studies.engines import ray
from xai_core.studies.engines.base import Crew
from xai_core.studies.host.task import Task
from xai_core.studies.jobs import driver
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.setting import Setting
from xai_core.studies.shards.description import Description
from xai_core.studies.shards.keys import Keys
from xai_core.studies.store import complete
from xai_core.worker.process.budget import Budget

SETTING = Setting("0" * 64, LoadOptions(), InputSpec(height=20, width=20, resize=20), seed=3)
PLAN = Plan(Path("net.pt"), "net.pt", SETTING, ".", METHODS)


def test_metrics_that_are_named_in_another_order_are_the_same_study(tmp_path: Path) -> None:
    setting = replace(SETTING, metrics=("sparseness@0.2", "deletion@0.2"))
    Description.of(setting, Pace()).begin(tmp_path)
    source: Any = SimpleNamespace(pictures=lambda: iter(()))

    def asked(*metrics: str, none: bool = False) -> tuple[str, ...]:
        given = {"quantile": 0.2, "no_localisation": none, "metrics": [list(metrics)]}
        if not metrics:
            given["metrics"] = []
        return planning._metrics(argparse.Namespace(keep=tmp_path, **given), source)

    assert asked("deletion", "sparseness") == setting.metrics
    assert asked("sparseness") == ("sparseness@0.2",)
    assert asked() == setting.metrics
    assert asked(none=True) == ()
    given = argparse.Namespace(keep=tmp_path)
    assert planning._truths(given, setting.metrics[::-1]) == "", "as it is there"
    assert planning._truths(given, ("pointing-game@0.2",)) is None, "as of today"


def test_going_on_refuses_what_it_would_not_look_at(tmp_path: Path) -> None:
    given = {"--baseline": ["a.png"], "--no-localisation": True, "--method": ["x"], "--seed": 1}
    for option, value in given.items():
        name = {"--method": "methods"}.get(option, option[2:].replace("-", "_"))
        with pytest.raises(InputError, match=f"; {option} would be of another study"):
            command._gone_on_with(argparse.Namespace(resume=tmp_path, **{name: value}))


def test_going_on_keeps_the_maps_that_were_asked_for_unless_others_are(tmp_path: Path) -> None:
    replace(PLAN, maps=("all",), quantile=0.5).write(tmp_path)

    def plan(*words: str, quantile: float | None = None) -> Plan:
        given: dict[str, Any] = dict.fromkeys(
            ("model", "engine", "workers", "address", "time_limit"), None
        )
        given |= {"resume": tmp_path, "baseline": [], "no_localisation": False, "metrics": []}
        given |= {"trust": False, "quantile": quantile, "maps": [list(words)] if words else []}
        return command._gone_on_with(argparse.Namespace(**given))

    assert (plan().maps, plan().quantile) == (("all",), 0.5)
    assert (plan("least:3", "a.png").maps, plan("none").quantile) == (("least:3", "a.png"), 0.5)
    assert plan("none", quantile=0.2).quantile == 0.2
    told = json.loads((tmp_path / "job.json").read_text())
    del told["maps"], told["quantile"]  # of a study of before
    (tmp_path / "job.json").write_text(json.dumps(told))
    assert not plan().kept_maps


class NoWorkers(Crew):
    workers = 0

    def close(self) -> None:
        pass

    hand = outcomes = close  # type: ignore[assignment]


def test_a_node_finds_the_baselines_in_the_folder_of_the_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path / "here"))
    pictures = np.ones((1, 3, 20, 20), np.float32)
    text, tasks = backgrounds.hold(pictures), list[Task]()
    (tmp_path / "pictures").mkdir()
    methods = complete({"occlusion": {"baseline_pictures": text}})
    plan = replace(PLAN, where=str(tmp_path / "pictures"), methods=methods)
    engine = SimpleNamespace(start=lambda task, *_: tasks.append(task) or NoWorkers())
    monkeypatch.setattr(driver, "ENGINES", {"local": engine})
    driver.run_job(plan, tmp_path / "study")

    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path / "there"))
    monkeypatch.setattr(backgrounds, "_held", type(backgrounds._held)())
    with pytest.raises(InputError, match="not here any more"):
        backgrounds.pictures_of(text)
    monkeypatch.setattr(ray, "Host", lambda *_: None)
    ray.Actor(tasks[0], Keys(), Budget(2**30), {})
    np.testing.assert_array_equal(backgrounds.pictures_of(text), pictures)
