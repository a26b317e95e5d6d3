"""A run says what was explained, and can be repeated, whatever the target was."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from xai_core import Target, open_run
from xai_core.pictures.preprocessing import InputSpec, prepare
from xai_core.report import card, code, stamp
from xai_core.report.subject import subject_of
from xai_core.runs.computation import Request, compare
from xai_core.runs.entry import kept_in
from xai_core.runs.run import Run
from xai_core.worker import Worker

SPEC = InputSpec(3, 12, 10, "squash", 12)
BOX = Target("box", {"index": 1, "top": 2, "left": 2, "bottom": 9, "right": 9})


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from torch import nn

    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("models") / "segmenter.pt"
    whole = nn.Sequential(nn.Conv2d(3, 5, 3, padding=1), nn.ReLU(), nn.Conv2d(5, 3, 3, stride=2))
    torch.save(whole.eval(), path)
    return path


@pytest.fixture(scope="module")
def run(segmenter: Path) -> Run:
    pixels = np.random.default_rng(0).integers(0, 255, (24, 20, 3), np.uint8)
    with Worker() as worker:
        sha256 = worker.load(segmenter).sha256
        request = Request(
            model="segmenter",
            model_sha256=sha256,
            model_format="torch-eager",
            picture="noise",
            picture_sha256="1" * 64,
            prepared=prepare(Image.fromarray(pixels), SPEC),
            target=BOX,
            methods={"saliency": {}, "smoothgrad": {"m": 3}},
            labels=("nothing", "scratch $_$", "dust"),
        )
        first = compare(worker, worker, request)
        again = compare(worker, worker, request, known=first.attributions)
        assert again.attributions["saliency"] is first.attributions["saliency"]
        other = Target("box", {**BOX.parameters, "right": 5})
        changed = Request(**{**vars(request), "target": other})
        new = compare(worker, worker, changed, known=first.attributions)
        assert new.attributions["saliency"] is not first.attributions["saliency"]
    return first


def test_it_says_what_was_explained(run: Run) -> None:
    assert run.target_label.startswith("the mean score of scratch $_$ (1) over the ")
    assert run.target_label.endswith(" output pixels in the box of rows 2 to 8, columns 2 to 8")
    assert (run.target, run.asked.kind, run.form.kind) == (1, "box", "dense")
    explained = [one.explained[0] for one in run.attributions.values()]
    assert explained[0].same_as(explained[1])


def test_it_comes_back_from_disk_and_the_list_shows_its_sentence(run: Run, tmp_path: Path) -> None:
    run.write(tmp_path / "run")
    back = open_run(tmp_path / "run")
    assert (back.explained, back.form, back.asked) == (run.explained, run.form, run.asked)
    assert back.attributions["smoothgrad"].explained == run.attributions["smoothgrad"].explained
    assert kept_in(tmp_path / "run").target == run.target_label
    facts = json.loads((tmp_path / "run" / "run.json").read_text())
    facts["explained"] = {"target": 3}
    (tmp_path / "run" / "run.json").write_text(json.dumps(facts))
    with pytest.raises(Exception, match="no readable run"):
        open_run(tmp_path / "run")


def test_the_card_and_the_code_repeat_it(run: Run) -> None:
    subject = subject_of(run)
    found = stamp.read(card.png(subject))
    assert found is not None
    assert found.target == run.asked
    script = code.script(subject)
    compile(script, "repeat.py", "exec")
    assert "TARGET = xai_core.Target('box', {" in script
    line = next(iter(code.commands(subject)))
    assert "--target box --target-set index=1 --target-set top=2" in line


def test_a_notebook_shows_the_sentence(run: Run) -> None:
    assert "scratch $_$ (1)" in run._repr_html_()
    assert "the mean score of class 1 over the" in run.attributions["saliency"]._repr_html_()
