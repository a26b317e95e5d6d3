"""Pictures of a baseline go with the call, the run, its zip and its script."""

from __future__ import annotations

import argparse
import ast
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.runs.small import SIDE, small_run
from tests.studies.jobs.tiny import make
from tests.studies.small_study import small_study
from xai_core import Worker, open_run, open_study
from xai_core.attribution import remarks
from xai_core.base.errors import InputError
from xai_core.base.input_spec import InputSpec
from xai_core.cli.baseline import baseline_names, check_baseline, with_baseline
from xai_core.pictures.backgrounds import held as backgrounds
from xai_core.pictures.backgrounds import names
from xai_core.report.code import script
from xai_core.report.forms import render
from xai_core.report.study import files as study_files
from xai_core.report.study.code import script as study_script
from xai_core.report.study.subject import study_subject_of
from xai_core.report.subject import subject_of
from xai_core.runs.run import Run
from xai_core.studies.jobs.plan import read_plan
from xai_core.worker.wire.pictures import with_pictures, without_pictures

SEVERAL = np.random.default_rng(0).normal(size=(2, 3, SIDE, SIDE)).astype(np.float32)


@pytest.fixture
def text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path / "data"))
    return backgrounds.hold(SEVERAL)


def with_text(text: str) -> Run:
    run = small_run()
    given = {"start": "picture", "baseline_pictures": text}
    one = replace(run.attributions["saliency"], method="deep-lift", parameters=given)
    score = run.scores["saliency"]
    return replace(run, attributions={"deep-lift": one}, scores={"deep-lift": score})


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """As another process is."""
    monkeypatch.setattr(backgrounds, "_held", type(backgrounds._held)())


def test_a_run_keeps_them(text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run = with_text(text)
    run.write(tmp_path / "run")
    forget(monkeypatch)
    again = open_run(tmp_path / "run")
    np.testing.assert_array_equal(backgrounds.pictures_of(text), SEVERAL)
    told = remarks.given(again.attributions["deep-lift"])["baseline_pictures"]
    assert told == backgrounds.shown(text)
    with zipfile.ZipFile(io.BytesIO(render(subject_of(again), "zip"))) as archive:
        (name,) = (one for one in archive.namelist() if one.startswith("baseline-"))
        np.testing.assert_array_equal(np.load(io.BytesIO(archive.read(name))), SEVERAL)
        assert f"BASELINES = ('{name}',)" in archive.read("repeat.py").decode()
        line = archive.read("commands.txt").decode()
    assert f"--baseline {name}" in line
    assert text not in line


def test_a_run_tells_what_they_are_called(text: str, tmp_path: Path) -> None:
    run = with_text(text)
    (one,) = run.attributions.values()
    given = [r"C:\scans\blank.png", "/home/jo/<b>grey</b> & 'x'.png", "/home/jo/blank.png"]
    chosen = names.chosen_with(one.parameters, {"layer": "a"}, {text: given, "2:0": ["other"]})
    assert names.chosen_with({}, {}, {text: given}) == {}
    run = replace(run, attributions={"deep-lift": replace(one, chosen=chosen)})
    run.write(tmp_path / "run")
    facts = (tmp_path / "run" / "run.json").read_text(encoding="utf-8")
    assert "blank.png" in facts
    assert "jo" not in facts, "no folder is told"
    again = open_run(tmp_path / "run")
    sign = text[2:10]
    told = remarks.given(again.attributions["deep-lift"])
    assert told["baseline_pictures"] == f"2 pictures (blank.png, b> & 'x'.png; {sign})"
    assert (told["layer"], names.KEPT in told) == ("a", False)
    subject = subject_of(again)
    page = render(subject, "html").decode()
    assert f"(blank.png, b&gt; &amp; &#x27;x&#x27;.png; {sign})" in page
    assert "b> &" not in page.replace("b> & 'x'.png'", ""), "but in the script's literals"
    assert "blank.png" in render(subject, "svg").decode()
    with zipfile.ZipFile(io.BytesIO(render(subject, "zip"))) as archive:
        code = archive.read("repeat.py").decode()
    known = next(line for line in code.splitlines() if line.startswith("BASELINE_NAMES = "))
    file = f"baseline-{text[2:14]}.npy"
    assert ast.literal_eval(known.partition(" = ")[2]) == {file: ["blank.png", "b> & 'x'.png"]}


@pytest.mark.parametrize("kept", [None, 3, "blank.png", {"a": 1}, [], ["", "/"], [None, 3]])
def test_whatever_a_kept_run_says_of_their_names_it_opens(
    text: str, tmp_path: Path, kept: Any
) -> None:
    run = with_text(text)
    (one,) = run.attributions.values()
    odd = replace(one, chosen={names.KEPT: kept})
    replace(run, attributions={"deep-lift": odd}).write(tmp_path / "run")
    subject = subject_of(open_run(tmp_path / "run"))
    told = remarks.given(subject.run.attributions["deep-lift"])["baseline_pictures"]
    assert told == backgrounds.shown(text)
    assert "BASELINE_NAMES" not in script(subject)


def test_a_study_keeps_them(text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = {"deep-lift": {"start": "picture", "baseline_pictures": text}}
    replace(make(tmp_path, 1), methods=given).write(tmp_path / "study")
    forget(monkeypatch)
    read_plan(tmp_path / "study").task()  # writes them where the workers' processes look
    forget(monkeypatch)
    np.testing.assert_array_equal(backgrounds.pictures_of(text), SEVERAL)


def test_a_finished_study_and_its_script_take_them_along(
    text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    methods = {"deep-lift": {"start": "picture", "baseline_pictures": text}}
    table = small_study(2).table.of([0])
    small_study(2, methods=methods, table=table).write(tmp_path / "study")
    forget(monkeypatch)
    again = open_study(tmp_path / "study")
    np.testing.assert_array_equal(backgrounds.pictures_of(text), SEVERAL)
    subject = study_subject_of(again)
    drawn = SimpleNamespace(png=lambda *_: b"", svg=lambda _: b"")
    monkeypatch.setattr(study_files, "card", drawn)
    monkeypatch.setattr(study_files, "html_of", lambda _: b"")
    found = {name: data for name, data in study_files._entries(subject) if "baseline" in name}
    ((name, data),) = found.items()
    np.testing.assert_array_equal(np.load(io.BytesIO(data)), SEVERAL)
    told = study_script(subject)
    assert f"BASELINES = ('{name}',)" in told
    forget(monkeypatch)
    (tmp_path / name).write_bytes(data)
    space: dict[str, Any] = {"__name__": "repeat", "__file__": str(tmp_path / "repeat.py")}
    exec(told, space)  # noqa: S102 - it is what is tested
    space["hold"](name)
    np.testing.assert_array_equal(backgrounds.pictures_of(text), SEVERAL)
    forget(monkeypatch)
    again = replace(again, methods={"deep-lift": {"baseline_pictures": f"2:{'0' * 64}"}})
    again.write(tmp_path / "without")
    assert open_study(tmp_path / "without").methods == again.methods


def test_a_call_takes_them_along(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    params: dict[str, Any] = {"methods": {"deep-lift": {"baseline_pictures": text}}, "seed": 0}
    assert with_pictures({"seed": 0}, ()) == ({"seed": 0}, ())
    sent, arrays = with_pictures(params, (SEVERAL[:1],))
    forget(monkeypatch)
    with pytest.raises(InputError, match="not here any more"):
        backgrounds.pictures_of(text)
    got, left = without_pictures(json.loads(json.dumps(sent)), arrays)
    assert (got, len(left)) == (params, 1)
    np.testing.assert_array_equal(backgrounds.pictures_of(text), SEVERAL)


def test_a_worker_explains_with_them() -> None:
    with Worker() as worker:
        card = worker.load("demo")
        inputs = np.zeros((1, *card.input_spec.shape), np.float32)
        settings = {"n_steps": 2, "baseline_pictures": inputs + 1}
        found = worker.explain(inputs, 3, "integrated-gradients", 0, settings)
        assert found.parameters["start"] == "picture"
        assert found.values.any()


def test_the_command_line_gives_them_to_methods_that_take_some(text: str, tmp_path: Path) -> None:
    Image.fromarray(np.full((20, 20, 3), 9, np.uint8)).save(tmp_path / "a.png")
    args = argparse.Namespace(baseline=[str(tmp_path / "a.png")])
    methods = {"saliency": {}, "occlusion": {"cover": "constant", "window": 3}}
    found = with_baseline(args, methods, InputSpec.for_shape(3, SIDE, SIDE))
    assert found["saliency"] == {}
    assert found["occlusion"]["cover"] == "picture"
    assert found["occlusion"]["window"] == 3
    named = found["occlusion"]["baseline_pictures"]
    assert named.startswith("1:")
    assert baseline_names(args, found) == {named: ["a.png"]}
    assert baseline_names(argparse.Namespace(), found) == {}
    with pytest.raises(InputError, match="of no method that was asked for: saliency"):
        check_baseline(args, ["saliency"])
