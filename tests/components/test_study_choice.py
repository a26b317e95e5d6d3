"""What a study of the page is of: masks of pictures, metrics, maps that are wanted."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from components.pictures import arrivals
from components.session.state.study import StudyState
from components.session.state.workspace import Photo
from xai_core.models.formats.base import LoadOptions
from xai_core.pictures.archive import Found
from xai_core.pictures.preprocessing import InputSpec
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


@pytest.fixture
def space(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """With three pictures; the last one has a mask whose file is gone."""
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    state = StudyState(localise=True)
    for number in range(3):
        mask = tmp_path / "pictures" / ("f" * 64) if number == 2 else None
        state.add(Photo(f"{number}.png", tmp_path / "pictures" / (str(number) * 64), mask))
    return SimpleNamespace(study_state=state, photos={}, quantile=0.2)


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
