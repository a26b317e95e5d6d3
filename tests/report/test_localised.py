"""A run whose truth is known: its card and its report say how much of each map lies in it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from xai_core.attribution.relevance.conservation import ARRIVED, GIVEN
from xai_core.cli.main import main
from xai_core.demo.wafer.examples import EXAMPLES, truth_of
from xai_core.demo.wafer.exhibits import SPEC, wafer_exhibits
from xai_core.models.formats.base import LoadOptions
from xai_core.pictures.preprocessing import open_picture, prepare
from xai_core.report.forms import render
from xai_core.report.small_print import lines
from xai_core.report.subject import Subject, subject_of
from xai_core.runs.computation import Request, compare
from xai_core.scores.localisation import localised
from xai_core.worker import Worker


@pytest.fixture(scope="module")
def subject() -> Subject:
    exhibit = wafer_exhibits()[0]
    picture = EXAMPLES[exhibit.picture]
    with Worker() as worker:
        card = worker.load(exhibit.model_path, LoadOptions(input_spec=SPEC))
        request = Request(
            model=exhibit.title,
            model_sha256=card.sha256,
            model_format=card.format,
            picture=picture.name,
            picture_sha256=hashlib.sha256(picture.path.read_bytes()).hexdigest(),
            prepared=prepare(open_picture(picture.path), SPEC),
            target=None,
            methods={"saliency": {}, "grad-cam": {}},
            labels=exhibit.labels,
            input_spec=SPEC,
        )
        run = compare(worker, worker, request)
        truth = truth_of(run.pixels)
        assert truth is not None
        found = localised(worker, run.attributions, run.recipe, truth)
    return subject_of(run, localisations=found)


def test_the_report_and_the_picture_tell_it(subject: Subject) -> None:
    text = render(subject, "html").decode()
    assert "Localisation: what should light up is known" in text
    for one in subject.localisations.values():
        assert f"<td>{one.mass_raw:.1%}</td><td>{one.rank:.1%}</td>" in text
    assert any("Percent in truth" in line for line in lines(subject))
    assert render(subject, "png")


def test_the_command_line_measures_it_again(subject: Subject, tmp_path: Path) -> None:
    subject.run.write(tmp_path / "run")
    report = tmp_path / "report.html"
    assert main(["report", str(tmp_path / "run"), "--out", str(report)]) == 0
    mass = subject.localisations["saliency"].mass_after
    assert f"<td>{mass:.1%}</td>" in report.read_text(encoding="utf-8")


def test_a_map_that_is_not_ranked_wins_nowhere(subject: Subject) -> None:
    lost = replace(subject.run.attributions["saliency"], chosen={ARRIVED: 0.4, GIVEN: 1.0})
    run = replace(subject.run, attributions={**subject.run.attributions, "saliency": lost})
    told = subject_of(run, localisations=subject.localisations)
    assert list(told.localisations) == ["grad-cam"]
    assert "not ranked" in render(told, "html").decode()
