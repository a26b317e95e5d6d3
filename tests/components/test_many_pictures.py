"""The page of many pictures: nothing to show, running, cancelled, finished, wrong uploads."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import zipfile
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from components.pictures import choice, maps_choice, results, study, table, thumbnails
from components.session import backend, kept_runs, processes, settings, upload
from components.session.jobs.job import Job
from components.session.keeping import pages as keeping
from components.session.state.study import StudyState
from components.session.state.workspace import KEY, Workspace
from tests.components.test_pages import app as app
from tests.components.test_pages import opened, ran, texts
from tests.studies.study_process import InProcess
from xai_core.base.errors import Cancelled
from xai_core.demo.wafer.examples import EXAMPLES
from xai_core.models.demo import MODEL_TITLE
from xai_core.scores.agreement import concordance
from xai_core.scores.paired import too_close
from xai_core.scores.statistics import agreement, headline, statistics
from xai_core.studies import chunk
from xai_core.studies.asked.folders import AllowedFolders
from xai_core.studies.computation import Place, conduct
from xai_core.studies.figures.measured import NO_MASK
from xai_core.studies.result import kept_study
from xai_core.studies.selected_maps import StudyMaps
from xai_core.worker import Worker

pytestmark = pytest.mark.xdist_group("app")
PAGE = "pages/compare/pictures.py"


def archive(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for index, name in enumerate(names):
            noise = np.random.default_rng(index).integers(0, 255, (30, 30, 3), np.uint8)
            picture = io.BytesIO()
            Image.fromarray(noise).save(picture, "PNG")
            packed.writestr(name, b"a letter" if "broken" in name else picture.getvalue())
    return buffer.getvalue()


def give(app: AppTest, name: str, data: bytes) -> Workspace:
    found = next(one for one in app.file_uploader if "zip" in one.label)
    found.set_value([(name, data, "application/zip")])
    ran(app)
    space: Workspace = app.session_state[KEY]
    return space


def rows(app: AppTest) -> pd.DataFrame:
    """The table of pictures."""
    found: pd.DataFrame = next(
        one.value for one in app.dataframe if list(one.value.columns)[1:2] == ["Picture"]
    )
    return found


def test_a_thumbnail_that_has_not_come_leaves_a_square_of_its_size() -> None:
    """Streamlit writes "None" for a picture that is missing."""
    drawn = table._rows(["a", "b"], ["1", "2"], {"1": "data:come", "2": ""}, None, [], 0.2)
    assert [row[""] for row in drawn] == ["data:come", thumbnails.blank()]
    with Image.open(io.BytesIO(base64.b64decode(thumbnails.blank().partition(",")[2]))) as square:
        assert square.size == (thumbnails.SIDE, thumbnails.SIDE)


def test_without_a_result_the_page_says_so(app: AppTest) -> None:
    opened(app, PAGE)
    assert results.COMPUTE in texts(app)
    assert not app.slider, "there is nothing to see at a quantile"
    app.multiselect(key="many-photos").set_value([])
    ran(app)
    assert "Choose pictures first." in texts(app)
    assert results.COMPUTE not in texts(app)
    assert not results.comparable(np.array([[1.0, np.nan], [np.nan, 2.0]]))
    assert app.button(key="pictures-start").disabled


def test_a_zip_is_unpacked_and_what_is_left_out_is_listed(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(app, PAGE)
    space = give(app, "set.zip", archive("a/one.png", "b/one.png", "broken.png", "notes.txt"))
    assert list(space.study_state.uploaded) == ["a/one.png", "b/one.png"]
    assert set(space.study_state.refused) == {"broken.png", "notes.txt"}
    assert "2 uploaded pictures" in texts(app)
    assert space.study_state.photos == [], "the demo's photos have left"
    demo = list(space.photos)
    app.button(key="many-demo").click()
    ran(app)
    assert rows(app)["Picture"].tolist()[:2] == demo[:2]
    assert all(one.startswith("data:image/jpeg") for one in rows(app)[""])
    (one,) = [each for each in choice.subjects(space) if each.name == "b/one.png"]
    gone: list[Path] = []
    with monkeypatch.context() as here:  # files are the session's own to drop
        here.setattr(upload, "dropped", gone.append)
        table.remove(space, [one, choice.subjects(space)[0]])
    ran(app)
    assert rows(app)["Picture"].tolist() == [*demo[1:], "a/one.png"]
    assert (gone, list(space.study_state.uploaded)) == ([one.path], ["a/one.png"])
    give(app, "none.zip", b"no zip")
    assert "not a readable zip" in texts(app)
    app.button(key="many-remove").click()
    ran(app)
    assert not space.study_state.uploaded
    assert not app.error


def test_results_follow_the_quantile_and_a_study_goes_on(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Computed by a small network in the place of the demo's, to save minutes."""
    opened(app, PAGE)
    space = give(app, "set.zip", archive(*(f"{index}.png" for index in range(5))))
    app.multiselect(key="many-photos").set_value([])
    app.multiselect(key="methods").set_value(["saliency", "guided-backprop"])
    next(one for one in app.selectbox if one.label == "Model").select(MODEL_TITLE)
    ran(app)
    file = processes.file_of(space.sources[space.source])
    with processes.models().borrow(file) as held:
        card = backend.OpenModel(held.card, held.worker.protection)
        processes.known().get((file, "card"), lambda: card)
    ran(app)
    found, worker = space.study_state.study, InProcess()
    assert found is not None
    pictures, wanted = choice.subjects(space), choice.methods(space)

    places: list[Place] = []

    def stop(done: int, total: int) -> None:
        if done == 5:  # in the second chunk, which is not kept
            raise Cancelled

    monkeypatch.setattr(chunk, "SAMPLES", 4)  # of two pictures by two methods
    with pytest.raises(Cancelled):
        conduct(
            *(found, pictures, wanted, lambda: nullcontext(worker)),
            progress=stop,
            at=places.append,
        )
    ran(app)
    assert "2 of 5 pictures are computed and kept." in texts(app)
    assert app.button(key="pictures-start").label == "Go on"
    assert "of 2 pictures at q = 0.20" in texts(app)
    assert [bool(score) for score in rows(app)["Saliency"]] == [True, True, False, False, False]
    assert rows(app)["Done"].tolist() == [100, 100, 0, 0, 0]  # whole percents
    assert [len(one.pictures) for one in places] == [2, 1]
    assert set(places[0].methods) == {"saliency", "guided-backprop"}
    assert (places[1].pictures, places[1].before) == ((pictures[2].sha256,), 4)
    conduct(found, pictures, wanted, lambda: nullcontext(worker))
    ran(app)
    assert "All 5 pictures are computed." in texts(app)
    assert "Kendall's W" in texts(app)
    before = texts(app)
    app.slider(key="quantile").set_value(0.9)
    ran(app)
    assert "q = 0.90" in texts(app) != before
    assert len(worker.asked) == 12, "only the chunk in progress is computed again"

    app.session_state["pictures-share"] = True
    ran(app)
    app.button(key="study-keep").click()
    ran(app)
    (entry,) = kept_runs.store().entries()
    assert (entry.study, entry.picture) == (True, "5 pictures")
    assert "study-keep" not in {one.key for one in app.button}
    kept = kept_study(kept_runs.store(), entry.id)
    np.testing.assert_array_equal(kept.table.curves, found.table(*_asked(space)).curves)
    assert sorted(kept.thumbnails) == [0, 1, 2, 3, 4]


def _asked(space: Workspace) -> tuple[list[str], dict[str, dict[str, object]]]:
    pictures = [one.sha256 for one in choice.subjects(space)]
    return pictures, {name: dict(given) for name, given in choice.methods(space).items()}


def test_the_headline_and_agreement_in_words() -> None:
    scores = np.array([[1.0, 2.0], [1.5, 2.5], [3.0, 2.9]])
    names = ["A", "B"]
    told = headline(names, statistics(scores), 0.2)
    assert told.startswith("A is the least complex on 2 of 3 pictures at q = 0.20; mean 1.83 [")
    often = np.array([[1.0, 9.0], [2.0, 1.0], [2.0, 1.0]])
    assert "B is the least complex most often, on 2 of 3" in headline(names, statistics(often), 0.2)
    assert "nats, of one picture alone" in headline(names, statistics(scores[:1]), 0.2)
    doubt = too_close(statistics(scores).neighbours, names)
    assert doubt is not None
    assert doubt[0] == "Too close to call: A and B"
    assert "0.633 nats on average" in doubt[1]
    assert too_close(statistics(scores[:2]).neighbours, names) is None  # 1 apart on both
    assert too_close(statistics(scores[:1]).neighbours, names) is None  # nothing tells
    assert "undefined" in agreement(concordance(scores[:1]))[0]
    assert "Kendall's W = 0.11" in agreement(concordance(scores))[0]


def test_pictures_of_the_servers_disk_are_measured_with_their_masks_and_maps_are_kept(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "srv"
    root.mkdir()
    for name in ("bridge", "scratch"):
        shutil.copy(EXAMPLES[name].path, root / f"{name}.png")
    shutil.copy(EXAMPLES["bridge"].mask_path, root / "bridge.mask.png")
    (root / "out.png").symlink_to(EXAMPLES["particle"].path)
    monkeypatch.setattr(settings, "picture_folders", lambda: AllowedFolders((root,)))
    opened(app, PAGE)
    for where in ("/etc", str(root)):
        app.text_input(key="pictures-path-text").set_value(where)
        next(one for one in app.button if one.label == "Add").click()
        ran(app)
        assert ("There is nothing at '/etc'" in texts(app)) == (where == "/etc")
    space: Workspace = app.session_state[KEY]
    state = space.study_state
    assert {name: one.mask is not None for name, one in state.uploaded.items()} == {
        "bridge.png": True,
        "scratch.png": False,
    }
    assert "outside of the folders" in state.refused["out.png"]
    app.multiselect(key="methods").set_value(["saliency", "guided-backprop"])
    app.multiselect(key="many-metrics").set_value(["sparseness"])
    app.toggle(key="many-localise").set_value(True)
    app.selectbox(key="many-maps").set_value("least")
    ran(app)
    app.number_input(key="many-maps-count").set_value(1)
    app.number_input(key="many-metric-pointing-game-tolerance").set_value(3)
    ran(app)
    restarted: Any = SimpleNamespace(study_state=StudyState(), photos=space.photos, notes=[])
    keeping._take_study(restarted, json.loads(json.dumps(keeping._study(space))))
    assert choice.metrics(restarted) == choice.metrics(space), "the choice survives a restart"
    assert "pointing-game@0.2:tolerance=3" in choice.metrics(space)
    assert "Measured beside Complexity: Sparseness, Pointing Game" in texts(app)
    app.button(key="pictures-start").click()
    app.run()
    if state.job is not None:
        state.job.wait(600)
    ran(app)
    assert state.failure is None
    found = next(one.value for one in app.dataframe if "Metric" in one.value.columns)
    shown = found.set_index("Metric")["Saliency"]
    assert "[" in shown["Sparseness, after removal at 0.2 ↑"]
    assert "Pointing Game (tolerance 3), after removal at 0.2 ↑" in shown
    assert state.mapping in (1, 2), "maps of a second pass"
    second: Job[Any] = Job(lambda progress, _: [progress(done, 8) for done in (1, 3)])
    second.wait(60)
    while_it_runs = r"Maps of [12] pictures?: 3 of 8 samples, about .+ left"
    assert re.fullmatch(while_it_runs, study._told(space, second))
    assert "[" not in shown["AUC, after removal at 0.2 ↑"], "one picture has a mask"
    missing = next(o.value for o in app.dataframe if {"Maps", "Why"} <= {*o.value.columns})
    assert NO_MASK in list(missing["Why"])
    kept = maps_choice._files(
        StudyMaps(state.study.setting, state.study.folder, state.study.pace),  # type: ignore[union-attr]
        choice.subjects(space),
        choice.methods(space),
    )
    assert 2 <= len(kept) <= 4
    assert any("kept maps (zip of .npy)" in one.label for one in app.get("download_button"))
    (entry,) = kept_runs.store().entries()
    again = kept_study(kept_runs.store(), entry.id).table
    assert set(again.figures) == set(choice.metrics(space))
    _with_less(app, space, monkeypatch)


def _with_less(app: AppTest, space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without localisation, nothing is computed: scores and figures are taken over."""
    before = choice.known(space)
    app.toggle(key="many-localise").set_value(False)
    app.selectbox(key="many-maps").set_value("none")
    ran(app)
    assert "2 pictures, none of them computed" in texts(app)
    monkeypatch.setattr(Worker, "explain_many", lambda *_, **__: pytest.fail("a map is made"))
    app.button(key="pictures-start").click()
    app.run()
    if space.study_state.job is not None:
        space.study_state.job.wait(60)
    ran(app)
    assert "All 2 pictures are computed." in texts(app)
    after = choice.known(space)
    assert before is not None
    assert after is not None
    assert {*after.figures} == {"sparseness@0.2"}
    np.testing.assert_array_equal(after.curves, before.curves)
    np.testing.assert_array_equal(after.figures["sparseness@0.2"], before.figures["sparseness@0.2"])
