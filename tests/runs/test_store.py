"""Kept runs: ids, labels, the cap, many at once; a run of this version stays readable."""

from __future__ import annotations

import json
import threading
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

import xai_core
from tests.runs.small import small_run
from xai_core.base.errors import InputError, XaiError
from xai_core.base.pace import Pace
from xai_core.base.target import Explained, Target
from xai_core.runs.index.queries import RunFilter
from xai_core.runs.run import Run
from xai_core.runs.store import ID, RunStore
from xai_core.targets.outputs import OutputForm

WRITTEN = Path(__file__).parent / "written"
FIXTURE = WRITTEN / "schema-2"
MISSING = "A" * 22


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def with_pace(run: Run) -> Run:
    """SmoothGrad of it was run in another way than the plain one."""
    changed = replace(run.attributions["smoothgrad"], pace=Pace(4, True))
    return replace(run, attributions={**run.attributions, "smoothgrad": changed})


def under_autocast(run: Run) -> Run:
    """SmoothGrad of it was run under autocast, and says what that did."""
    chosen = {"samples": 4, "autocast_cosine": 0.9939, "autocast_difference": 0.111}
    changed = replace(run.attributions["smoothgrad"], pace=Pace(4, autocast=True), chosen=chosen)
    return replace(run, attributions={**run.attributions, "smoothgrad": changed})


def same(one: Run, other: Run) -> None:
    for item in fields(Run):
        if item.name not in ("pixels", "attributions", "scores"):
            assert getattr(one, item.name) == getattr(other, item.name), item.name
    np.testing.assert_array_equal(one.pixels, other.pixels)
    assert repr(dict(one.scores)) == repr(dict(other.scores))  # NaN is not itself
    for name, given in other.attributions.items():
        found = one.attributions[name]
        np.testing.assert_array_equal(found.values, given.values)
        for item in ("parameters", "seed", "target", "pace", "chosen"):
            assert getattr(found, item) == getattr(given, item), item


def test_a_parameter_that_came_later_has_its_default_in_earlier_runs(store: RunStore) -> None:
    """Else the run would look changed, and its map would be computed once more."""
    run = small_run()
    early = replace(run.attributions["smoothgrad"], parameters={"m": 4})
    kept = store.save(replace(run, attributions={**run.attributions, "smoothgrad": early}))
    assert store.open(kept).attributions["smoothgrad"].parameters == {"m": 4, "of": ""}


def test_a_run_comes_back_as_it_was(store: RunStore) -> None:
    same(store.open(store.save(small_run())), small_run())


def test_a_run_written_by_this_version_is_opened_with_one_call() -> None:
    run = xai_core.open_run(str(FIXTURE))
    changed = {"versions": run.versions}
    same(run, small_run(7, **changed))


def test_a_run_says_its_pace_since_schema_4(store: RunStore) -> None:
    written = xai_core.open_run(WRITTEN / "schema-4")
    same(written, with_pace(small_run(7, versions=written.versions)))
    same(store.open(store.save(written)), written)


def test_a_run_says_what_autocast_did_since_schema_5(store: RunStore) -> None:
    written = xai_core.open_run(WRITTEN / "schema-5")
    same(written, under_autocast(small_run(7, versions=written.versions)))
    same(store.open(store.save(written)), written)
    older = xai_core.open_run(WRITTEN / "schema-4")
    assert not any(one.pace.autocast for one in older.attributions.values())


def test_a_run_says_what_was_explained_since_schema_3(store: RunStore) -> None:
    chosen = {"index": 1, "against": 0}
    told = Explained(Target("margin", {"index": -1, "against": -1}), chosen, "the score of b …")
    form = OutputForm("classes", "['aux']", (1, 2), {"['aux']": (1, 2), "['label']": (1,)})
    run = small_run(7, explained=told, form=form)
    same(store.open(store.save(run)), run)
    written = xai_core.open_run(FIXTURE.parent / "schema-3")
    same(written, small_run(7, explained=told, form=form, versions=written.versions))
    old = xai_core.open_run(FIXTURE)
    assert (old.explained, old.form, old.asked) == (None, None, 1)
    assert old.attributions["saliency"].targets[0].index == 1


def test_the_first_version_of_a_run_is_still_opened() -> None:
    first = WRITTEN / "schema-1"
    assert json.loads((first / "run.json").read_text())["schema"] == 1
    run = xai_core.open_run(first)
    assert run.input_spec is None
    assert run.scores["fusiongrad"].after == pytest.approx(9.893, abs=1e-3)
    assert set(run.attributions) == {"guided-backprop", "fusiongrad"}


def test_a_run_of_a_later_version_is_refused_and_kept(store: RunStore) -> None:
    name = store.save(small_run())
    file = store.folder / name / "run.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "schema": 99}))
    with pytest.raises(InputError, match="later version"):
        store.open(name)
    assert store.entries() == ()
    assert store.used() > 0


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', "{}", '{"schema": 2}', "[" * 100_000])
def test_a_broken_run_is_told_and_hides_no_other(store: RunStore, text: str) -> None:
    broken, whole = store.save(small_run()), store.save(small_run(1))
    (store.folder / broken / "run.json").write_text(text)
    with pytest.raises(InputError, match="no readable run"):
        store.open(broken)
    assert [one.id for one in store.entries()] == [whole]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken", b"PK\x05\x06" + bytes(18)])
def test_broken_maps_are_told(store: RunStore, data: bytes) -> None:
    name = store.save(small_run())
    (store.folder / name / "maps.npz").write_bytes(data)
    with pytest.raises(InputError, match="no readable run"):
        store.open(name)


def test_maps_that_are_pickled_are_refused(store: RunStore) -> None:
    name = store.save(small_run())
    objects = np.array([{"a": 1}], dtype=object)
    np.savez(store.folder / name / "maps.npz", saliency=objects, smoothgrad=objects)
    with pytest.raises(InputError, match="no readable run"):
        store.open(name)


def test_ids_cannot_be_guessed(store: RunStore) -> None:
    names = {store.save(small_run()) for _ in range(20)}
    assert len(names) == 20
    assert all(ID.fullmatch(name) for name in names)


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../runs", "/etc", "a/b", "x" * 21, "x" * 23, MISSING, "ä" * 22),
        *(f"{MISSING}\n", "../" * 7 + "a", "\0" * 22, "%2e%2e%2f%2e%2e%2f%2e%2e"),
    ],
)
def test_a_hostile_id_is_none(store: RunStore, name: str) -> None:
    (store.folder.parent / "run.json").write_text("{}")
    store.save(small_run())
    for action in (store.open, store.entry, store.change):
        with pytest.raises(InputError, match="no such run"):
            action(name)
    store.delete(name)
    assert len(store.entries()) == 1


def test_names_tags_and_pins_change_and_the_run_does_not(store: RunStore) -> None:
    name = store.save(small_run(), owner="ann", name="first")
    before = (store.folder / name / "run.json").read_bytes()
    store.change(name, name=" second ", tags=(" a ", "", "b", "a"))
    assert store.note(name) == ""  # of a label that an earlier version wrote, too
    assert store.change(name, note=" left " + "x" * 600).note == ("left " + "x" * 600)[:500]
    label = store.change(name, pinned=True)
    assert (label.name, label.tags, label.pinned) == ("second", ("a", "b"), True)
    assert store.note(name).startswith("left x")
    assert store.entry(name).label == label
    assert label.owner == "ann"
    assert (store.folder / name / "run.json").read_bytes() == before
    assert store.entry(name).title == "second"


def test_an_unreadable_label_belongs_to_nobody(store: RunStore) -> None:
    name = store.save(small_run(), owner="ann")
    (store.folder / name / "label.json").write_text("[1]")
    assert store.entry(name).label.owner == ""


def test_beyond_the_cap_the_oldest_unpinned_goes_and_that_is_said_before(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    names = [store.save(small_run(seed)) for seed in range(4)]
    size = store.entry(names[0]).size
    store.cap = store.used() + size // 2
    store.change(names[0], pinned=True)
    said = store.would_delete(size)
    assert [one.id for one in said] == [names[1]]
    newest = store.save(small_run(4))
    assert {one.id for one in store.entries()} == {*names, newest} - {names[1]}
    assert store.used() <= store.cap


def test_when_all_is_pinned_a_run_is_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    names = [store.save(small_run(seed)) for seed in range(2)]
    for name in names:
        store.change(name, pinned=True)
    store.cap = store.used()
    with pytest.raises(XaiError, match="not kept"):
        store.save(small_run(2))
    assert {one.id for one in store.entries()} == set(names)


class ListedAtOnce:
    """A run that somebody lists as soon as it is there."""

    def __init__(self, run: Run, store: RunStore) -> None:
        self.run, self.store = run, store

    def write(self, folder: Path, /, **more: str) -> None:
        self.run.write(folder, **more)
        assert folder.name in {one.id for one in self.store.page(RunFilter("")).entries}


def test_a_run_that_is_listed_while_it_is_saved_counts_once(store: RunStore) -> None:
    names = [store.save(small_run(seed)) for seed in range(3)]
    store.cap = int(3.5 * store.entry(names[0]).size)
    newest = store.save(ListedAtOnce(small_run(3), store))
    assert {one.id for one in store.entries()} == {*names[1:], newest}
    for name in (*names[1:], newest):
        store.change(name, pinned=True)
    with pytest.raises(XaiError, match="not kept"):
        store.save(ListedAtOnce(small_run(4), store))
    assert {one.id for one in store.entries()} == {*names[1:], newest}


def test_many_at_once_lose_no_run_and_no_label(store: RunStore) -> None:
    shared = store.save(small_run())
    names: list[str] = []

    def work(number: int) -> None:
        names.append(store.save(small_run(number)))
        for _ in range(5):
            tags = (*store.entry(shared).label.tags, str(number))
            store.change(shared, tags=tags)
            store.change(shared, pinned=True)
        store.delete(names[0])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.id for one in store.entries()} == {shared, *names} - {names[0]}
    assert store.entry(shared).label.pinned
    assert not list(store.folder.glob(".d*"))
