"""The page of kept runs while very many of them are still being read."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components.runs import unread
from components.session import kept_runs
from tests.components.test_pages import opened
from tests.components.test_runs import RUNS, started
from tests.runs.index.simulated import simulated
from tests.runs.index.test_reading import Gate
from xai_core.runs.index import reading, syncing
from xai_core.runs.store import RunStore

pytestmark = pytest.mark.xdist_group("app")


def captions(app: AppTest) -> str:
    return " ".join(one.value for one in app.caption)


def test_the_page_lists_what_is_read_and_says_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    monkeypatch.setattr(kept_runs, "at_the_machine", lambda address, headers: True)
    monkeypatch.setattr(unread, "FIRST", 0.1)
    monkeypatch.setattr(syncing, "AT_ONCE", 5)
    monkeypatch.setattr(reading, "BATCH", 5)
    gate = Gate(few=25)
    monkeypatch.setattr(reading, "row_of", gate.row_of)
    store = RunStore(tmp_path / "runs")
    for number in range(40):
        simulated(store.folder, number)
    assert store.unread()
    assert gate.reached.wait(60)
    app = opened(started(), RUNS)
    (bar,) = app.get("progress")
    assert "15 of 15 to go, the newest first." in bar.proto.text
    assert "25 runs." in captions(app)
    assert "on this server" not in captions(app)
    gate.opened.set()
    reading.wait(store._index._database)
    opened(app, RUNS)
    assert not app.get("progress")
    assert "40 runs." in captions(app)
    assert "on this server" in captions(app)
