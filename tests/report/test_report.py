"""What is shared of a run: it is complete, it is harmless, and it can be repeated."""

from __future__ import annotations

import io
import json
import os
import runpy
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from xai_core.attribution.explanation import explain
from xai_core.base.arrays import Map
from xai_core.base.errors import InputError, XaiError
from xai_core.base.finding import Finding
from xai_core.base.pace import Pace
from xai_core.cli.main import main
from xai_core.demo.run import demo_run
from xai_core.maps.theme import STYLES
from xai_core.models.demo import demo_weights
from xai_core.models.loading import load_model
from xai_core.pictures.demo import picture_path
from xai_core.pictures.preprocessing import InputSpec, open_picture, prepare
from xai_core.readiness.result import Verdict
from xai_core.report import card, code, small_print, stamp
from xai_core.report.forms import render
from xai_core.report.subject import Setup, Subject, subject_of

ROOT = Path(__file__).parents[2]
HOSTILE = "</script><img src=x> $\\frac$ `x`\n=1"


@pytest.fixture(scope="module")
def subject() -> Subject:
    return subject_of(demo_run())


def many(count: int) -> Subject:
    run = demo_run()
    names = ("saliency", "fusiongrad", "integrated-gradients", "guided-grad-cam")
    names += ("occlusion", "noisegrad", "smoothgrad", "deconvolution")
    one, score = run.attributions["fusiongrad"], run.scores["fusiongrad"]
    return subject_of(
        replace(
            run,
            model=HOSTILE * 5,
            attributions={name: replace(one, method=name) for name in names[:count]},
            scores=dict.fromkeys(names[:count], score),
            failures={"grad-cam": "There is no feature map."},
        ),
        note=HOSTILE * 20,
        link="http://pedestal.example.org/?page=tune&run=" + "x" * 22,
    )


@pytest.mark.parametrize(
    ("count", "theme"),
    [*((count, "light") for count in (1, 2, 4, 6, 8)), (8, "dark")],  # colours move no text
)
def test_all_text_of_a_card_lies_on_it(theme: str, count: int) -> None:
    with card._settings(STYLES[theme]):
        figure = card.drawn(many(count), STYLES[theme])
        renderer = figure.canvas.get_renderer()
        for text in figure.texts:
            box = text.get_window_extent(renderer)
            assert box.x0 >= 0
            assert box.y0 >= 0
            assert box.x1 <= 1920, text.get_text()
            assert box.y1 <= 1080


@pytest.mark.parametrize("theme", STYLES)
def test_the_picture_is_the_same_each_time(subject: Subject, theme: str) -> None:
    data = card.png(subject, theme)
    assert data == card.png(subject, theme)
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.size == (1920, 1080)
        assert len(set(picture.convert("L").resize((64, 36)).get_flattened_data())) > 20


def test_the_svg_is_well_formed_and_refers_to_nothing_outside() -> None:
    data = card.svg(many(2))
    assert b"DOCTYPE" not in data
    for element in ElementTree.fromstring(data).iter():  # noqa: S314 - written just now
        for name, value in element.attrib.items():
            if name.endswith("href"):
                assert value.startswith(("#", "data:"))


def test_a_report_has_note_and_origin_as_text() -> None:
    told = render(many(1), "html").decode()
    assert "Note of the sender: &lt;/script&gt;&lt;img src=x&gt;" in told
    assert "Made with Pedestal. This view: http://pedestal.example.org/" in told
    assert told.count("<a ") == 0
    assert "Note of the sender" not in render(subject_of(demo_run()), "html").decode()


def test_the_stamp_comes_back(subject: Subject) -> None:
    assert stamp.read(card.png(subject)) == stamp.stamp_of(subject)
    assert stamp.read(b"no picture") is None


def stamped(text: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_itxt(stamp.KEY, text, zip=True)
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def changed(**values: object) -> str:
    found = stamp.stamp_of(subject_of(demo_run()))
    data = {"schema": 1, **vars(found), "recipe": found.recipe.to_dict()}
    return json.dumps({**data, **values})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 60_000,
        " " * 70_000,
        changed(schema=3),
        changed(schema="1"),
        changed(target=-1),
        changed(target=True),
        changed(target={"kind": "logit", "parameters": {"index": 10**9}}),
        changed(target={"kind": "__import__", "parameters": {}}),
        changed(target={"kind": "margin"}),
        changed(seed=10**40),
        changed(model=7),
        changed(model="x" * 1000),
        changed(model_sha256="../../etc/passwd"),
        changed(methods={"fusiongrad": {"n": 10**9}}),
        changed(methods={"fusiongrad": [1]}),
        changed(methods={str(number): {} for number in range(200)}),
        changed(recipe={"quantile": float("nan")}),
        changed(recipe={"channels": "__import__"}),
        changed(recipe={"quantile": 0.2, "grid": [1e400, 1]}),
    ],
)
def test_a_hostile_stamp_is_refused(text: str) -> None:
    with pytest.raises(XaiError):
        stamp.read(stamped(text))


def test_the_zip_holds_the_run(subject: Subject) -> None:
    data = render(subject, "zip")
    assert data == render(subject, "zip")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name, one in subject.run.attributions.items():
            values = np.load(io.BytesIO(archive.read(f"maps/{name}.npy")), allow_pickle=False)
            assert np.array_equal(values, one.values)
        assert json.loads(archive.read("recipe.json"))["quantile"] == 0.2
        assert str(ROOT) not in archive.read("provenance.json").decode()
        assert "fusiongrad,10.160" in archive.read("scores.csv").decode()


def test_names_are_literals_in_the_code() -> None:
    text = code.script(many(2))
    compile(text, "repeat.py", "exec")
    assert "<img" not in text
    assert all("\n" not in line and "`" not in line for line in code.commands(many(2)))


def test_names_are_escaped_in_the_report() -> None:
    text = render(many(2), "html").decode()
    assert "<img src=x>" not in text
    assert "&lt;img src=x&gt;" in text


def test_a_view_needs_its_own_scores(subject: Subject) -> None:
    with pytest.raises(InputError, match="scores"):
        subject_of(demo_run(), replace(subject.recipe, quantile=0.5))
    with pytest.raises(InputError, match="no map"):
        subject_of(demo_run(), methods=["occlusion"])


def as_program(words: list[str], folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def in_here(words: list[str], folder: Path) -> None:
    """The same in this process, which has a worker's libraries at hand already."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "argv", words)
        if words[0] == "-m":
            assert main(words[2:]) == 0
            return
        with pytest.raises(SystemExit) as left:
            runpy.run_path(words[0], run_name="__main__")
    assert left.value.code == 0


def run_again(
    subject: Subject, folder: Path, expected: Map, start: Callable[[list[str], Path], None]
) -> None:
    """The script and the command line of the only method give `expected`, to the last bit."""
    (method,), (command,) = subject.methods, code.commands(subject)
    (folder / "repeat.py").write_text(code.script(subject), encoding="utf-8")
    for words in (["repeat.py"], shlex.split(command)[1:]):
        start(words, folder)
        assert np.array_equal(np.load(folder / f"{method}.npy", allow_pickle=False), expected)
        (folder / f"{method}.npy").unlink()


def rocket(method: str, spec: InputSpec, **how: Any) -> Subject:
    """The demo model's map of the rocket, as a run."""
    shown = subject_of(demo_run(), methods=["guided-backprop"])
    ready = prepare(open_picture(picture_path("rocket")), spec)
    found = explain(load_model(demo_weights()), ready.inputs, shown.run.asked, method, **how)
    scores = {method: shown.run.scores["guided-backprop"]}
    maps = {"attributions": {method: found}, "scores": scores, "content": ready.content}
    return subject_of(replace(shown.run, **maps))


def test_script_and_command_give_the_same_bits(tmp_path: Path) -> None:
    shared = rocket("guided-backprop", InputSpec())
    assert "--pace" not in next(code.commands(shared))
    run_again(shared, tmp_path, shared.run.attributions["guided-backprop"].values, as_program)


def test_pace_and_input_form_of_a_run_are_repeated_too(tmp_path: Path) -> None:
    spec = InputSpec(3, 160, 192, "letterbox", order=(2, 1, 0), range="given", low=0, high=200.5)
    found = rocket("smoothgrad", spec, pace=Pace(3, channels_last=True), m=5)
    shared = replace(found, setup=Setup(spec=spec))
    command = next(code.commands(shared))
    assert "--pace 3,channels-last,0" in command
    assert "--spec" in command
    run_again(shared, tmp_path, shared.run.attributions["smoothgrad"].values, in_here)


def test_autocast_and_its_effect_are_in_every_form_and_in_the_code() -> None:
    run = demo_run()
    chosen = {"samples": 100, "autocast_cosine": 0.9939, "autocast_difference": 0.111}
    pace = Pace(16, autocast=True)
    one = replace(run.attributions["fusiongrad"], chosen=chosen, pace=pace)
    shown = subject_of(replace(run, attributions={**run.attributions, "fusiongrad": one}))
    told = "on the first samples cosine 0.9939 with the map in float32"
    assert told in render(shown, "html").decode()
    assert told in " ".join(" ".join(small_print.lines(shown)).split())
    assert "autocast_cosine" not in render(shown, "html").decode()
    commands = {line.split("--method ")[1].split()[0]: line for line in code.commands(shown)}
    assert "--pace 16,plain,0,autocast" in commands["fusiongrad"]
    assert "autocast" not in commands["guided-backprop"]
    assert "'fusiongrad': '16,plain,0,autocast'" in code.script(shown)
    with zipfile.ZipFile(io.BytesIO(render(shown, "zip"))) as archive:
        facts = json.loads(archive.read("provenance.json"))["methods"]["fusiongrad"]
    assert facts["pace"]["autocast"]
    assert facts["chosen"] == chosen


def test_the_report_holds_the_verdict_and_its_proof() -> None:
    steps = [{"layer": "input", "kind": "Input", "norm": 1.5}, {"layer": "conv", "norm": 0.25}]
    told = {"finite_difference_cosine": 0.99991, "rectifiers": {"relu": 3}, "gradient_flow": steps}
    found = Finding("no-gradient", "error", "It is cut.", "Mend it.", "net.py:3")
    verdict = Verdict("f", "0" * 64, "onnx", "inference-only", "Sum.", (found,), evidence=told)
    text = render(subject_of(demo_run(), verdict=verdict), "html").decode()
    for part in ("inference-only", "It is cut. Mend it.", "net.py:3", "0.9999", "relu 3"):
        assert part in text
    assert "input 1.5 → conv 0.25" in text
    assert "arXiv 2106.10185" in text
