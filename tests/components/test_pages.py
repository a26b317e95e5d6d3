"""Every page as a person finds it: ready, with something wrong, with nothing to show."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.ranking import seed_job
from components.ranking import table as ranking_table
from components.session.jobs.job import Job
from components.session.state.workspace import KEY, Workspace
from components.sidebar.target_fields import OTHER
from components.tuning import quantile
from xai_core.base.errors import Cancelled, WorkerError, XaiError
from xai_core.demo.run import demo_run
from xai_core.runs.manifest import maps_digest
from xai_core.runs.run import Run, Score

ROOT = Path(__file__).parents[2]
PAGES = {
    "pages/start/overview.py": "Pedestal",
    "pages/model/readiness.py": "Model",
    "pages/compare/heatmaps.py": "Heatmaps",
    "pages/compare/tune.py": "Tune",
    "pages/compare/trust.py": "Trust",
    "pages/compare/pictures.py": "Many pictures",
    "pages/compare/models.py": "Two models",
    "pages/share/runs.py": "Runs",
}
pytestmark = pytest.mark.xdist_group("app")  # the scoring worker is shared by a process


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    return ran(AppTest.from_file(str(ROOT / "app.py"), default_timeout=600))


def ran(app: AppTest) -> AppTest:
    """Run it, and once more for each model that it opens, when that is open."""
    app.run()
    assert not app.exception
    while KEY in app.session_state and (job := app.session_state[KEY].opening.job) is not None:
        job.wait(600)
        app.run()
        assert not app.exception
    return app


def opened(app: AppTest, page: str) -> AppTest:
    return ran(app.switch_page(page))


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.warning, app.error, app.info, app.caption)
    return "\n".join(element.value for kind in kinds for element in kind)


def column(app: AppTest, name: str) -> list[str]:
    """A column of the ranking, from its table or, on the first page, from its text."""
    if app.dataframe:
        return [str(value) for value in app.dataframe[0].value[name]]
    told = next(one.value for one in app.markdown if one.value.startswith("### Ranking"))
    told = told.partition("\n\n")[2]
    lines = [[cell.strip() for cell in line.split(" | ")] for line in told.splitlines()]
    lines = [[cell.strip("| ") for cell in line] for line in lines]
    return [line[lines[0].index(name)] for line in lines[2:]]


def numbers(app: AppTest, name: str) -> list[float]:
    return [float(cell) for cell in column(app, name)]


def with_map(values: np.ndarray | None, after: float) -> Run:
    """The demo's run with another map in the place of FusionGrad's."""
    run = demo_run()
    one = run.attributions["fusiongrad"]
    changed = replace(one, values=one.values if values is None else values)
    scores = {**run.scores, "fusiongrad": Score(after, after)}
    return replace(run, attributions={**run.attributions, "fusiongrad": changed}, scores=scores)


def test_the_table_of_text_keeps_names_and_gaps() -> None:
    rows = [
        {"Place": 1, "Method": "Grad-CAM · a|b_c", "After removal": 9.5, "Was": 2, "Raw": 9.75},
        {"Method": "LRP", "Raw": float("nan"), "Note": "No\nrectifier."},
    ]
    assert ranking_table.plain(rows).splitlines() == [
        "| Place | Method | Place raw | After removal | Raw | Note |",
        "| ---: | :--- | ---: | ---: | ---: | :--- |",
        r"| 1 | Grad-CAM · a\|b_c | 2 | 9.5000 | 9.7500 |  |",
        "|  | LRP |  |  |  | No rectifier. |",
    ]


@pytest.mark.parametrize(("page", "title"), PAGES.items())
def test_every_page_is_ready_at_once(app: AppTest, page: str, title: str) -> None:
    assert [element.value for element in opened(app, page).title] == [title]
    assert not app.error


def test_the_first_page_has_the_finished_result(app: AppTest) -> None:
    assert "**FusionGrad** overtakes Guided Backprop" in texts(app)
    assert column(app, "Method") == ["FusionGrad", "Guided Backprop"]
    assert numbers(app, "Place") == [1, 2]
    assert numbers(app, "Place raw") == [2, 1]
    assert numbers(app, "After removal") == pytest.approx([8.974, 9.093], abs=1e-3)
    assert numbers(app, "Raw") == pytest.approx([9.440, 9.315], abs=1e-3)
    assert "0.125 ± 0.0" in texts(app)
    assert "holds for 10 of 10 seeds" in texts(app)


def test_other_seeds_are_offered_with_their_cost_and_told_once_they_are_there(app: AppTest) -> None:
    space = app.session_state[KEY]
    seeds, space.run = space.run.seeds, replace(space.run, seeds=None)
    opened(app, "pages/compare/tune.py")
    assert app.button(key="tune-seeds-start").label.startswith("Check with 4 more seeds: about")
    assert "seeds." not in texts(app)
    opened(app, "pages/compare/heatmaps.py")
    assert app.button(key="heatmaps-seeds-start").label.startswith("Check with 4 more seeds: about")
    assert "These maps are of one seed. Drawn at random: FusionGrad." in texts(app)
    opened(app, "pages/compare/tune.py")
    space.seeding.digest = maps_digest(space.run.attributions)
    seed_job.finish(space, seeds)
    ran(app)
    assert app.button(key="tune-seeds-start").label.startswith("Check with 5 more seeds")
    assert "The order, raw and after removal, holds for 10 of 10 seeds." in texts(app)
    assert app.dataframe[0].value["± seeds"].tolist() == pytest.approx([0.0048, 0], abs=1e-4)
    app.selectbox(key="recipe-sign").set_value("positive")
    ran(app)
    assert "10 of 10" not in texts(app)  # those were of other maps


def test_the_scores_follow_the_quantile(app: AppTest) -> None:
    before = numbers(app, "After removal")
    app.session_state[KEY].quantile = 0.8
    ran(app)
    for page in ("pages/start/overview.py", "pages/compare/tune.py"):
        opened(app, page)
        after = numbers(app, "After removal")
        assert max(after) < min(before) - 1
        assert "ln((1−q)N) = 8.095" in texts(app)


@pytest.mark.parametrize(
    ("given", "found"), [(0.35, 0.35), ("0.35", 0.35), (2.0, 0.2), ("nan", 0.2), ([0.3], 0.2)]
)
def test_only_a_quantile_is_taken_from_a_browser(given: object, found: float) -> None:
    space = Workspace({}, {}, "", "", demo_run(), quantile=0.2)
    quantile.choose(space, given)
    assert space.quantile == found


def test_the_recipe_changes_the_scores(app: AppTest) -> None:
    app.session_state[KEY].run = demo_run()
    opened(app, "pages/compare/tune.py")
    absolute = numbers(app, "After removal")
    app.selectbox(key="recipe-sign").set_value("positive")
    ran(app)
    positive = numbers(app, "After removal")
    assert positive == pytest.approx(numbers(app, "Raw"))  # half of it is 0: nothing is removed
    app.selectbox(key="recipe-sign").set_value("as-is")
    ran(app)
    assert absolute != positive != numbers(app, "After removal")


@pytest.mark.parametrize(
    ("value", "cause"), [(0.0, "zero everywhere"), (float("nan"), "not finite")]
)
def test_a_map_without_a_score_is_listed_with_its_cause(
    app: AppTest, value: float, cause: str
) -> None:
    empty = np.full_like(demo_run().attributions["fusiongrad"].values, value)
    app.session_state[KEY].run = with_map(empty, float("nan"))
    opened(app, "pages/compare/tune.py")
    table = app.dataframe[0].value
    assert table["Method"].tolist() == ["Guided Backprop", "FusionGrad"]
    assert np.isnan(table["Place"].tolist()[1])
    assert cause in table["Note"].tolist()[1]
    for page in PAGES:
        opened(app, page)


def test_a_run_without_any_map_says_so(app: AppTest) -> None:
    failures = {"guided-backprop": "There are no rectifiers."}
    bare = replace(demo_run(), attributions={}, scores={}, failures=failures)
    app.session_state[KEY].run = bare
    for page in PAGES:
        opened(app, page)
    opened(app, "pages/compare/heatmaps.py")
    assert "There are no rectifiers." in texts(app)


def finished(error: XaiError) -> Job[Run]:
    def work(progress: object, cancel: object) -> Run:
        raise error

    job = Job(work)
    job.wait()
    return job


def test_a_computation_that_fails_leaves_the_result_and_says_why(app: AppTest) -> None:
    kept = app.session_state[KEY].run
    app.session_state[KEY].job = finished(WorkerError("The process died.", "Open it again."))
    ran(app)
    assert "The process died" in texts(app)
    assert app.session_state[KEY].run is kept
    assert app.session_state[KEY].job is None


def test_a_cancelled_computation_leaves_everything(app: AppTest) -> None:
    kept = app.session_state[KEY].run
    app.session_state[KEY].job = finished(Cancelled())
    ran(app)
    assert not app.error
    assert app.session_state[KEY].run is kept


def test_a_wrong_class_is_refused_with_its_range(app: AppTest) -> None:
    next(box for box in app.selectbox if box.label == "Class to explain").set_value(OTHER)
    ran(app)
    next(one for one in app.number_input if one.label == "Class index").set_value(5000)
    ran(app)
    app.button(key="overview-start").click()
    ran(app)
    job = app.session_state[KEY].job
    if job is not None:  # it may have ended already
        job.wait(600)
        ran(app)
    assert "There is no class 5000" in texts(app)


def test_a_parameter_outside_its_bounds_is_refused(app: AppTest) -> None:
    opened(app, "pages/compare/heatmaps.py")
    app.number_input(key="parameter-fusiongrad-n").set_value(3)
    ran(app)
    assert app.session_state[KEY].settings["fusiongrad"]["n"] == 3
    assert "parameters of FusionGrad" in texts(app)


def test_no_page_brings_torch_into_the_server() -> None:
    script = f"""
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file({str(ROOT / "app.py")!r}, default_timeout=600).run()
for page in {list(PAGES)!r}:
    app.switch_page(page).run()
    assert not app.exception, app.exception
heavy = {{"torch", "captum", "quantus", "tensorflow", "keras", "onnx"}} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
