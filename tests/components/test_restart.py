"""What was computed beside the maps is there after a restart: pair, verdicts, controls, metrics."""

from __future__ import annotations

import json
import threading
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from components.ranking import seed_job
from components.session.keeping import beside, pages, verdicts
from components.session.keeping.beside import Place
from components.session.opening.asking import Asking, question_of
from components.session.processes import known
from components.session.state.opening import Judged
from components.session.state.workspace import ControlState, Workspace
from components.session.visitor import visit
from components.trust import control_job, measurements, measuring
from components.trust.measurements import Measurements
from tests.components.test_keeping import data as data
from tests.components.test_keeping import kept, opened
from tests.report.test_pair_report import side
from tests.runs.small import small_run
from tests.runs.test_leaders import run_with
from xai_core.attribution.result import Attribution
from xai_core.base.errors import ModelError
from xai_core.compare.kept import beside as told_of
from xai_core.readiness.result import Verdict
from xai_core.runs import kept_controls
from xai_core.runs.manifest import maps_digest
from xai_core.runs.sanity import Controls
from xai_core.runs.store import RunStore
from xai_core.scores.measurement import Measurement

pytestmark = pytest.mark.xdist_group("app")
VERDICT = Verdict("net", "0" * 64, "torch-eager", "ready", "It can be explained.")


def test_the_pair_on_screen_comes_back_or_is_told_as_gone() -> None:
    store, sides = RunStore(), (side(1), side(2, "other"))
    ids = tuple(store.save(one.run, verdict=one.verdict, beside=told_of(one)) for one in sides)

    def change(space: Workspace) -> None:
        space.pairing.ids, space.pairing.asked = (ids[0], ids[1]), "f" * 64

    kept(change)
    pairing = opened().space.pairing
    assert pairing.pair is not None
    assert pairing.pair.second.run.model == "other"
    assert (pairing.ids, pairing.asked, pairing.opened) == (ids, "f" * 64, False)
    store.delete(ids[0])
    space = opened().space
    assert space.pairing.pair is None
    assert pages.LOST in space.notes


def test_a_verdict_of_before_is_not_proven_again_while_all_it_depends_on_is_the_same() -> None:
    held = kept()
    source = held.space.sources[held.space.source]
    what = ("verdict", (Path("p"), None))
    held.space.judged = {
        held.space.source: Judged(VERDICT, question_of(source, what)),
        "gone": Judged(VERDICT, ""),
    }
    held.save()
    space = opened().space
    assert space.verdicts == {space.source: VERDICT}
    asked = list[Any]()
    worker = SimpleNamespace(assess=lambda *given, **_: asked.append(given) or VERDICT)

    def judged(sha256: str, picture: str) -> Verdict:
        known.clear()
        card = SimpleNamespace(sha256=sha256)
        model: Any = SimpleNamespace(worker=worker, card=card)
        before = space.judged[space.source]
        asking = Asking(model, source, known(), threading.Event(), lambda _: None, before)
        none: Any = None
        return asking._judged(SimpleNamespace(path=Path(picture)), none, np.zeros(1))  # type: ignore[arg-type]

    assert judged("0" * 64, "p") == VERDICT
    assert not asked
    judged("1" * 64, "p")
    judged("0" * 64, "another")
    assert len(asked) == 2


def test_a_verdict_of_another_version_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    held = kept()
    held.space.judged = {held.space.source: Judged(VERDICT, "")}
    held.save()
    assert opened().space.verdicts == {held.space.source: VERDICT}
    monkeypatch.setattr(verdicts, "_by", lambda: "another")
    space = opened().space
    assert (space.verdicts, space.judged, space.notes) == ({}, {}, [])


def test_controls_and_metrics_lie_beside_the_run_for_its_owner_to_add(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, store = small_run(), RunStore()
    maps = {name: one.values for name, one in run.attributions.items()}
    made = Controls({"edges": maps["saliency"]}, {"random-weights": maps}, {"lrp": "No."})
    found = {"measurement x": Measurement(0.5), "measurement y": Measurement(None, "Flat.")}
    mine, theirs = store.save(run, "me"), store.save(run, "them")
    monkeypatch.setattr("components.session.kept_runs.owner", lambda: "me")
    space = kept().space
    space.run = run
    for name in (mine, theirs):
        space.run_id = name
        place = beside.own(space)
        place.keep(kept_controls.FILE, kept_controls.written(made, maps_digest(run.attributions)))
        measurements.add(place, found)
    space.control_state, space.run_id = ControlState(), theirs
    assert control_job.of_run(space) is None
    space.run_id = mine
    again = control_job.of_run(space)
    assert again is not None
    assert (again.digest, again.failures) == (made.digest, made.failures)
    assert measurements.kept(space) == found
    known.clear()
    assert measurements.kept(space) == found
    space.run_id = None
    assert measurements.kept(space) == {}


def test_many_measurements_beside_a_run_crowd_out_nothing_that_all_know(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, store = small_run(), RunStore()
    monkeypatch.setattr("components.session.kept_runs.owner", lambda: "me")
    space = kept().space
    space.run, space.run_id = run, store.save(run, "me")
    wanted = measurements.key_of(run, run.recipe, ("deletion", "saliency"))
    many = {wanted: Measurement(0.25)} | {f"measurement {n}": Measurement(0.5) for n in range(600)}
    measurements.add(beside.own(space), many)
    known.clear()
    known().get("a card", lambda: True)
    for _ in range(2):
        found = measurements.of(run, run.recipe, ["deletion"], measurements.kept(space))
        assert found.found["deletion", "saliency"] == Measurement(0.25)
    assert "a card" in known()


def test_each_measurement_is_kept_as_it_arrives_and_no_failure() -> None:
    run, store = small_run(), RunStore()
    place, there = Place(store, store.save(run, "me")), list[int]()

    def measure(_inputs: Any, one: Attribution, *_: Any, **__: Any) -> Measurement:
        there.append(len(measurements._read(place.read(measurements.FILE))))
        if one.method == "smoothgrad":
            raise ModelError("There is not enough memory.")
        return Measurement(0.5)

    held = SimpleNamespace(worker=SimpleNamespace(measure=measure))
    access: Any = SimpleNamespace(model=lambda _: nullcontext(held))
    missing = (("deletion", "saliency"), ("insertion", "smoothgrad"), ("insertion", "saliency"))
    asked = Measurements(run, run.recipe, ("deletion", "insertion"), {}, missing)
    none: Any = None
    measuring._measure(access, none, none, asked, lambda *_: None, threading.Event(), place)
    assert there == [0, 1, 1]
    assert len(measurements._read(place.read(measurements.FILE))) == 2


def test_each_further_seed_is_kept_as_it_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    run, store, two, done = run_with(0.01), RunStore(), threading.Event(), threading.Event()
    kept_run = store.save(run, "me")

    class Model:
        worker = SimpleNamespace(explain=lambda *given, **_: one_more(given[3]))

    def one_more(seed: int) -> Attribution:
        if seed == 2:
            two.set()
            assert done.wait(60)
        return run.attributions["smoothgrad"]

    access = SimpleNamespace(model=lambda source: nullcontext(Model))
    monkeypatch.setattr(seed_job, "Access", lambda turn: access)
    monkeypatch.setattr(
        "components.session.origin.of_run", lambda space: (None, np.zeros((1, 3, 16, 16)))
    )
    monkeypatch.setattr(beside, "own", lambda space: Place(store, kept_run))
    monkeypatch.setattr("components.session.visitor.visit.current", visit.fresh)
    space = kept().space
    space.run = run
    seed_job.start(space, run.recipe)
    assert two.wait(60)
    seeds = store.open(kept_run).seeds
    assert seeds is not None
    assert seeds.seeds == (0, 1)
    done.set()
    assert space.seeding.job is not None
    space.seeding.job.wait(60)


def test_a_broken_file_beside_a_run_is_none() -> None:
    run, store = small_run(), RunStore()
    place = Place(store, store.save(run))
    digest = maps_digest(run.attributions)
    maps = {name: one.values for name, one in run.attributions.items()}
    whole = kept_controls.written(Controls({}, {"random-weights": maps}), digest)
    assert kept_controls.read(whole, digest) is not None
    assert kept_controls.read(whole, "of others") is None
    assert kept_controls.read(whole[:200], digest) is None
    old = kept_controls.written(Controls({"of before": maps["saliency"]}, {"gone": maps}), digest)
    assert kept_controls.read(old, digest) == Controls({}, {})
    for text in ("[]", "{", json.dumps({"schema": 1, "found": {"a": ["x", 1]}})):
        place.keep(measurements.FILE, text.encode())
        assert measurements._read(place.read(measurements.FILE)) == {}
    long = {"whole": Measurement(0.5), "long": Measurement(None, "No. " * 2000)}
    measurements.add(place, long)
    assert measurements._read(place.read(measurements.FILE)) == {"whole": Measurement(0.5)}
