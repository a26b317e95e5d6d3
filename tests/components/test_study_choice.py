"""What a study of the page is of: masks of pictures, metrics, maps that are wanted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from components.pictures import arrivals, choice, maps_choice, server_path
from components.pictures import study as page
from components.pictures.metrics import table
from components.session.state.study import StudyState
from components.session.state.workspace import Photo
from tests.studies.small_study import METHODS, small_study
from xai_core.base.errors import XaiError
from xai_core.models.formats.base import LoadOptions
from xai_core.pictures.archive import Found
from xai_core.pictures.preprocessing import InputSpec
from xai_core.studies.asked.folders import AllowedFolders
from xai_core.studies.computation import Subject
from xai_core.studies.places.samples import pictures_among
from xai_core.studies.selected_maps import StudyMaps
from xai_core.studies.setting import Setting

SETTING = Setting("0" * 64, LoadOptions(), InputSpec(height=20, width=20, resize=20), seed=3)


def add(state: StudyState, lot: str, *names: str) -> None:
    """What has come at once: files of one lot."""
    for name in names:
        state.add(Photo(name, Path(lot, name)))
    arrivals.pair_masks(state)


def masks(state: StudyState) -> dict[str, str | None]:
    return {name: one.mask and str(one.mask) for name, one in state.uploaded.items()}


def test_a_mask_belongs_to_the_picture_that_it_came_with() -> None:
    state = StudyState()
    add(state, "1", "a.jpg", "a.mask.png", "b.jpg")
    add(state, "2", "a.jpg", "a.mask.png")
    assert masks(state) == {"a.jpg": "1/a.mask.png", "b.jpg": None, "a.jpg (2)": "2/a.mask.png"}
    add(state, "3", "a.mask.png")
    assert masks(state)["a.jpg (2)"] == "3/a.mask.png", "it is corrected"
    state = StudyState()
    for lot in ("1", "2"):
        for name in ("a.jpg", "a.mask.png"):
            state.add(Photo(name, Path(lot, name)))
    arrivals.pair_masks(state)
    assert masks(state) == {"a.jpg": "1/a.mask.png", "a.jpg (2)": "2/a.mask.png"}


def test_pictures_that_differ_in_their_ending_share_a_mask() -> None:
    state = StudyState()
    add(state, "1", "a.jpg", "a.png", "a.seg.png")
    assert masks(state) == dict.fromkeys(("a.jpg", "a.png"), "1/a.seg.png")
    assert pictures_among(["a.jpg", "a.mask.png", "a.seg.png"]) == [("a.jpg", "a.seg.png")]
    state = StudyState()
    add(state, "1", "a.jpg", "a.mask.png", "a.seg.png", "b.mask.png")
    assert masks(state) == {"a.jpg": "1/a.seg.png", "b.mask.png": None}


def test_a_mask_that_leads_out_costs_not_the_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, state, found = tmp_path / "root", StudyState(), dict[str, bytes | None]()
    root.mkdir()
    (root / "a.png").write_bytes(b"A")
    (tmp_path / "out.png").write_bytes(b"secret")
    (root / "a.mask.png").symlink_to(tmp_path / "out.png")
    monkeypatch.setattr(arrivals, "add", lambda _, one, mask=None: found.update({one.name: mask}))
    allowed = AllowedFolders((root.resolve(),))
    server_path._take(state, allowed, allowed.open(str(root)))
    assert found == {"a.png": None}
    assert "outside of the folders" in state.refused["mask of a.png"]


@pytest.fixture
def space(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """With three pictures; the last one has a mask whose file is gone."""
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    state = StudyState(localise=True)
    for number in range(3):
        mask = tmp_path / "pictures" / ("f" * 64) if number == 2 else None
        state.add(Photo(f"{number}.png", tmp_path / "pictures" / (str(number) * 64), mask))
    return SimpleNamespace(study_state=state, photos={}, quantile=0.2)


def test_a_picture_that_came_twice_has_the_mask_of_either(space: Any) -> None:
    state = space.study_state
    path, mask = state.uploaded["0.png"].path, state.uploaded["2.png"].mask
    state.add(Photo("again.png", path, mask))
    assert [(one.name, one.mask) for one in choice.subjects(space)] == [
        ("0.png", mask),
        ("1.png", None),
        ("2.png", mask),
    ]


def test_masks_count_not_as_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    state = StudyState()
    monkeypatch.setattr(arrivals, "MAX_PICTURES", 2)
    monkeypatch.setattr(arrivals.decoding, "looked_at", lambda _: None)
    monkeypatch.setattr(arrivals.upload, "kept", lambda data, _: Path(data.decode()))
    for name in ("a.jpg", "a.mask.png", "b.jpg", "b.mask.png", "c.jpg"):
        arrivals.add(state, Found(name, name.encode()))
    arrivals.pair_masks(state)
    assert masks(state) == {"a.jpg": "a.mask.png", "b.jpg": None}
    assert "2 pictures already" in state.refused["c.jpg"]


def test_uploads_are_known_by_their_names_and_metrics_in_whatever_order(space: Any) -> None:
    assert [one.mask_sha256 for one in choice.subjects(space)] == [None, None, "f" * 64]
    space.study_state.metrics = ["deletion", "sparseness"]
    one = choice.metrics(space)
    space.study_state.metrics = ["sparseness", "deletion"]
    assert choice.metrics(space) == one


def test_maps_can_be_asked_for_once_all_is_computed(
    space: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    state, table = space.study_state, small_study(3).table
    state.study = SimpleNamespace(setting=SETTING, folder=tmp_path / "study", pace=None)
    monkeypatch.setattr(choice, "methods", lambda _: METHODS)
    assert not maps_choice.lacking(space, table), "none is wanted"
    state.maps = "all"
    maps = StudyMaps(SETTING, tmp_path / "study")
    for one in choice.subjects(space):
        for name, given in METHODS.items():
            assert maps_choice.lacking(space, table)
            value = maps.of_failure(None, "None.") if name == "saliency" else table.raw
            maps.keep(one.sha256, name, given, value)
    assert not maps_choice.lacking(space, table)
    kept = maps_choice._files(maps, choice.subjects(space), METHODS)
    assert len(kept) == 6, "an empty one is not offered"
    told = list[str]()
    monkeypatch.setattr(maps_choice.st, "caption", told.append)
    monkeypatch.setattr(maps_choice, "MOST_BYTES", 10)
    maps_choice.offer(space)
    assert "6 kept maps take 0 MB" in told[0], "they would fill the server's memory"


@pytest.mark.parametrize("known_as", [None, "abc"])
def test_maps_that_fail_lose_no_result_and_keep_none_twice(
    known_as: str | None, space: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, begun = list[object](), list[Callable[..., Any]]()
    pictures = [Subject("a.png", Path("a.png"), "0" * 64)]

    def fail(*_: object) -> None:
        raise XaiError("The model is gone.")

    whole = small_study(3)
    for name, value in {
        "backend": SimpleNamespace(opened=lambda _: None),
        "study_of": lambda *_: None,
        "methods": lambda _: METHODS,
        "subjects": lambda _: pictures,
        "sheet": SimpleNamespace(
            draft=lambda _: whole, on_screen=lambda _: whole, pictured=lambda found, *_: found
        ),
        "study_link": SimpleNamespace(kept_as=lambda *_: known_as),
        "Access": lambda _: SimpleNamespace(lender=lambda _: None),
        "decoding": SimpleNamespace(decoding=lambda: None, truths=lambda: None),
        "kept_runs": SimpleNamespace(store=lambda: None, owner=lambda: ""),
        "Keeper": lambda *_: SimpleNamespace(keep=kept.append, failure=None, id=None),
        "Computing": lambda *_: SimpleNamespace(scores=lambda *_: {}),
        "filled": lambda *_: whole,
    }.items():
        monkeypatch.setattr(page, name, value)
    monkeypatch.setattr(maps_choice, "pointed_at", fail)
    monkeypatch.setattr(space.study_state, "begin", lambda _, work: begun.append(work))
    space.sources, space.source, space.verdicts = {"net": None}, "net", {}
    page.start(space)
    with pytest.raises(XaiError, match="gone"):
        begun[0](lambda *_: None, None)
    assert kept == ([whole] if known_as is None else [])


def test_nobody_knows_the_best_of_a_metric_of_a_later_version() -> None:
    values = np.array([[0.1, 0.2], [0.1, 0.3]])
    assert "★" in table._row("sparseness@0.2", values, ("a", "b"))["b"]
    assert "★" not in " ".join(table._row("later@0.2", values, ("a", "b")).values())
