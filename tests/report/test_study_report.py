"""What is shared of a study: its statistics are the core's, it is harmless, it can be repeated."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from tests.studies.small_study import small_study
from xai_core.base.errors import InputError
from xai_core.base.finding import Finding
from xai_core.base.pace import Pace
from xai_core.maps.theme import STYLES
from xai_core.models.demo import demo_weights
from xai_core.models.peek.digest import digest
from xai_core.pictures.demo import picture_path
from xai_core.readiness.result import Verdict
from xai_core.report import stamp as run_stamp
from xai_core.report.card import _settings as settings
from xai_core.report.forms import render
from xai_core.report.study import card, stamp
from xai_core.report.study.code import script
from xai_core.report.study.subject import study_subject_of
from xai_core.scores.bootstrap import band
from xai_core.scores.statistics import agreement, statistics
from xai_core.studies.computation import Subject, conduct, filled
from xai_core.studies.entry import QUANTILES
from xai_core.studies.result import StudiedPicture, StudyResult
from xai_core.studies.store import Setting, Study, complete

ROOT = Path(__file__).parents[2]
HOSTILE = "</script><img src=x onerror=alert(1)> $\\frac$ **x**"


def words(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def shown(text: str, quantile: float) -> str:
    """The part of the report at one of its quantiles."""
    parts = re.split(r'(?=<div data-quantile=")', text)
    return words(
        next(one for one in parts if one.startswith(f'<div data-quantile="{quantile:.2f}"'))
    )


@pytest.mark.parametrize("quantile", [0.2, 0.37, 0.8])
def test_the_report_holds_the_ranking_with_its_statistics(quantile: float) -> None:
    study = small_study(12)
    text = render(study_subject_of(study, quantile), "html").decode()
    for at in (quantile, 0.5):
        part, found = shown(text, at), statistics(study.table.at(at))
        for line in agreement(found.concordance):
            assert line in part
        means = band(study.table.at(at))
        for column in range(3):
            assert f"{means.mean[column]:.4f}" in part
            assert f"{means.low[column]:.4f} to {means.high[column]:.4f}" in part
        for pair in found.neighbours:
            assert f"{len(pair.reversed_on)} of {pair.pictures}" in part
            assert f"{pair.difference:.4f}" in part
            assert f"{pair.effect:.2f}" in part
            for row in pair.reversed_on:
                assert study.pictures[row].name in part
    assert "Kendall and Gibbons, 1990" in text
    assert "arXiv 1706.03825" in text, "the methods' citations"
    assert "picture 11.png, Guided Backprop: The map is zero." in text


def test_the_report_holds_the_verdict_and_its_proof() -> None:
    verdict = Verdict(
        "net.pt",
        "0" * 64,
        "torch-eager",
        "ready",
        "It can be explained.",
        findings=(Finding("no-rectifier", "warning", "There is none.", "Use another."),),
        evidence={"finite_difference_cosine": 0.9999},
    )
    text = words(render(study_subject_of(small_study(), verdict=verdict), "html").decode())
    for told in ("It can be explained.", "no-rectifier", "finite difference cosine 0.9999"):
        assert told in text


def hostile() -> StudyResult:
    study = small_study()
    pictures = tuple(replace(one, name=HOSTILE) for one in study.pictures)
    causes = {(5, 2): HOSTILE}
    table = replace(study.table, causes=causes)
    refused = {HOSTILE: HOSTILE}
    return replace(study, model=HOSTILE, pictures=pictures, table=table, refused=refused)


def test_no_name_of_a_study_is_run() -> None:
    subject = study_subject_of(hostile())
    text = render(subject, "html").decode()
    assert "<img src=x" not in text
    assert "&lt;img src=x" in text
    compile(script(subject), "repeat.py", "exec")
    with zipfile.ZipFile(io.BytesIO(render(subject, "zip"))) as archive:
        assert all(re.fullmatch(r"[\w./-]+", name) for name in archive.namelist())
        for line in archive.read("scores.csv").decode().splitlines():
            assert not line.startswith(("=", "+", "-", "@"))


def test_a_card_is_the_same_each_time() -> None:
    subject = study_subject_of(hostile())
    assert card.png(subject, "dark") == card.png(subject, "dark")


@pytest.mark.parametrize(
    ("study", "theme"),
    [(small_study(2), "light"), (small_study(20), "light"), (hostile(), "dark")],
    ids=["two", "twenty", "hostile"],
)  # colours move no text
def test_all_text_of_a_card_lies_on_it(study: StudyResult, theme: str) -> None:
    subject = study_subject_of(study)
    with settings(STYLES[theme]):
        figure = card.drawn(subject, STYLES[theme])
        renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
        for text in figure.texts:
            box = text.get_window_extent(renderer)
            assert box.x0 >= 0
            assert box.y0 >= 0
            assert box.x1 <= 1920, text.get_text()
            assert box.y1 <= 1080


def test_the_stamp_of_the_picture_comes_back() -> None:
    subject = study_subject_of(small_study(), 0.4, run_id="A" * 22)
    data = render(subject, "png")
    assert stamp.read(data) == stamp.StudyStamp("net", 6, 0.4, "A" * 22)
    assert stamp.read(b"no picture") is None
    assert run_stamp.read(data) is None


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2},
        {"quantile": 7},
        {"quantile": "x"},
        {"run": 3},
        {"run": "x" * 999},
        {"model": 1},
    ],
)
def test_a_hostile_stamp_is_refused(change: dict[str, Any]) -> None:
    told = {"schema": 1, "model": "net", "pictures": 2, "quantile": 0.2, "run": None}
    info = PngImagePlugin.PngInfo()
    info.add_itxt(stamp.KEY, json.dumps({**told, **change}), zip=True)
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "PNG", pnginfo=info)
    with pytest.raises(InputError, match="cannot be read"):
        stamp.read(buffer.getvalue())


def test_the_zip_holds_the_study() -> None:
    study = small_study()
    subject = study_subject_of(study)
    data = render(subject, "zip")
    assert data == render(subject, "zip")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        curves = np.load(io.BytesIO(archive.read("curves.npy")), allow_pickle=False)
        np.testing.assert_array_equal(curves, study.table.curves)
        told: dict[str, Any] = json.loads(archive.read("statistics.json"))
        assert told["kendall_w"]["w"] == statistics(study.table.at(0.2)).concordance.w
        assert [one["name"] for one in told["means"]] == [
            "guided-backprop",
            "smoothgrad",
            "saliency",
        ]
        assert json.loads(archive.read("provenance.json"))["pictures"][2]["sha256"] == f"{2:064x}"
        assert len(archive.read("scores.csv").decode().splitlines()) == 1 + 6 * 3


def test_some_of_the_methods_are_shared() -> None:
    subject = study_subject_of(small_study(), methods=("guided-backprop", "saliency"))
    assert subject.names == ("Guided Backprop", "Saliency")
    assert subject.study.table.causes == {(5, 0): "The map is zero."}
    with pytest.raises(InputError, match="no method"):
        study_subject_of(small_study(), methods=("occlusion",))
    with pytest.raises(InputError, match="between 0 and 1"):
        study_subject_of(small_study(), 1.5)


def test_without_a_score_the_report_says_so() -> None:
    study = small_study()
    table = replace(study.table, raw=study.table.raw * np.nan, curves=study.table.curves * np.nan)
    subject = study_subject_of(replace(study, table=table))
    assert "No map has a score at q = 0.20" in render(subject, "html").decode()
    assert render(subject, "png")


def computed(folder: Path) -> StudyResult:
    """Of the demo's model and two of its pictures, one with a mask, by two fast methods and two
    metrics, not at the plain pace."""
    from xai_core.models.formats.base import LoadOptions
    from xai_core.worker import Worker

    methods = complete({"saliency": {}, "smoothgrad": {"m": 4}})
    subjects = [
        Subject(name, picture_path(name), digest(picture_path(name)).sha256, mask)
        for name, mask in {"rocket": folder / "mask.png", "cat": None}.items()
    ]
    metrics = ("sparseness", "pointing-game")
    with Worker() as worker:
        loaded = worker.load(demo_weights())
        setting = Setting(loaded.sha256, LoadOptions(), loaded.input_spec, metrics=metrics)
        study = Study(setting, folder)

        study.keep_to(Pace(3, channels_last=True))

        @contextmanager
        def borrow() -> Any:
            yield worker

        conduct(study, subjects, methods, borrow)
    draft = small_study(
        model="EfficientNet-Lite0 (ImageNet)",
        model_sha256=loaded.sha256,
        input_spec=loaded.input_spec,
        pictures=tuple(
            StudiedPicture(one.name, one.sha256, mask=one.mask and digest(one.mask).sha256)
            for one in subjects
        ),
        methods=methods,
        refused={},
        thumbnails={},
    )
    return filled(draft, study, {})


def test_the_script_repeats_every_score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "first"
    folder.mkdir()
    for name in ("rocket", "cat"):
        shutil.copy(picture_path(name), folder)
    with Image.open(picture_path("rocket")) as rocket:
        mask = np.zeros((rocket.height, rocket.width), np.uint8)
    mask[: len(mask) // 2] = 255
    Image.fromarray(mask).save(folder / "mask.png")
    found = computed(folder)
    assert found.table.done == 2
    assert found.pace == Pace(3, channels_last=True)
    assert found.seconds > 0
    (tmp_path / "repeat.py").write_text(script(study_subject_of(found)), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    done = subprocess.run(
        [sys.executable, "repeat.py", str(folder)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "same bits" in done.stdout
    assert "sparseness@0.2 same bits" in done.stdout
    assert "pointing-game@0.2 same bits" in done.stdout
    hits = found.table.figures["pointing-game@0.2"]
    assert np.isfinite(hits).tolist() == [[True, True], [False, False]]
    scores = np.load(tmp_path / "scores.npy", allow_pickle=False)
    np.testing.assert_array_equal(scores, found.table.at(float(QUANTILES[20])))
