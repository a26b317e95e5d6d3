"""Choosing among many methods: presets, families, what each costs, and what cannot run here."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.session import kept_runs
from components.session.state import chosen
from components.session.state.workspace import KEY, Workspace
from tests.components.test_pages import opened, ran, texts
from tests.components.test_runs import started
from tests.readiness.test_presets import family, verdict
from xai_core.demo.run import demo_run

pytestmark = pytest.mark.xdist_group("app")
HEATMAPS = "pages/compare/heatmaps.py"


def test_methods_are_chosen_by_preset_and_by_family(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    monkeypatch.setattr(kept_runs, "at_the_machine", lambda address, headers: True)
    app = opened(started(), HEATMAPS)
    space = app.session_state[KEY]
    lacking = family("attention")
    found = verdict("ready", lacking)
    space.verdicts[space.source] = found
    ran(app)
    assert [one.key for one in app.button if "preset" in str(one.key)] == [
        f"methods-preset-{name}" for name in ("quick", "pair", "black-box", "fair")
    ]
    assert texts(app).count("because") == 1  # one reason, once
    assert f"{len(lacking)} methods cannot run on this model" in {one.label for one in app.expander}
    app.button(key="methods-preset-quick").click()
    ran(app)
    quick = ["saliency", "guided-backprop", "grad-cam"]
    assert space.chosen == app.multiselect(key="methods").value == quick
    assert not [one for one in app.checkbox if str(one.key).startswith("methods-tick-")]
    app.session_state["methods-by-family"] = True
    ran(app)
    app.checkbox(key="methods-tick-smoothgrad").check()
    ran(app)
    app.checkbox(key="methods-tick-saliency").uncheck()
    ran(app)
    assert space.chosen == app.multiselect(key="methods").value == [*quick[1:], "smoothgrad"]
    app.multiselect(key="methods").unselect("grad-cam")
    ran(app)
    assert not app.checkbox(key="methods-tick-grad-cam").value
    assert space.chosen == ["guided-backprop", "smoothgrad"]
    app = opened(opened(app, "pages/compare/tune.py"), HEATMAPS)
    # A browser that left before a page was drawn still shows what it had: it is told, not asked.
    assert app.multiselect(key="methods").proto.set_value
    assert app.multiselect(key="methods").value == ["guided-backprop", "smoothgrad"]


def test_what_keeps_the_chosen_methods_from_being_computed_is_told() -> None:
    space = Workspace({}, {}, "net.pt", "", demo_run())
    space.chosen = []
    assert chosen.lacking(space) == chosen.NONE
    space.chosen = ["saliency", "occlusion"]
    assert chosen.lacking(space) is None  # it has not been checked yet
    space.verdicts["net.pt"] = verdict("inference-only", ["saliency"])
    assert chosen.lacking(space) is None
    space.chosen = ["saliency"]
    assert chosen.lacking(space) == chosen.CANNOT
