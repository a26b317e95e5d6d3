"""Two models, kept and handed on: the link's pair is the same, card and report show it as text."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.runs.small import small_run
from xai_core.base.errors import InputError
from xai_core.compare import kept
from xai_core.compare.comparison import ModelPair, Side
from xai_core.compare.predictions import Classes
from xai_core.maps.recipe import Recipe
from xai_core.maps.theme import STYLES
from xai_core.pictures.field_of_view import Region
from xai_core.readiness.result import Verdict
from xai_core.report import card
from xai_core.report.forms import render
from xai_core.report.pair import card as pair_card
from xai_core.report.pair.subject import PairSubject
from xai_core.runs.store import RunStore
from xai_core.targets import Prediction

HOSTILE = "</script><img src=x>\n# `x` $\\frac$ http://canary.invalid"
RECIPE = Recipe(quantile=0.3)


def side(seed: int, model: str = "net") -> Side:
    scores = np.random.default_rng(seed).normal(size=(1, 2)).astype(np.float32)
    prediction = Prediction("classes", "", scores, (1, 2), {"": (1, 2)})
    verdict = Verdict("net", "0" * 64, "torch-eager", "ready", "It can be explained.")
    run = small_run(seed, model=model)
    return Side(run, Classes(prediction, (model, "b")), verdict, Region(0.0, 0.0, 1.0, 1.0))


def test_a_kept_pair_is_the_same(tmp_path: Path) -> None:
    store, pair = RunStore(tmp_path), ModelPair(side(1), side(2, "other"))
    ids = [
        store.save(one.run, verdict=one.verdict, beside=kept.beside(one))
        for one in (pair.first, pair.second)
    ]
    found = kept.kept_pair(store, *ids)
    assert found.prediction == pair.prediction
    assert found.verdict == pair.verdict
    before, after = pair.maps(RECIPE), found.maps(RECIPE)
    assert {name: one.cosine for name, one in before.items()} == {
        name: one.cosine for name, one in after.items()
    }
    alone = store.save(small_run())
    (tmp_path / ids[0] / "side.json").write_text('{"schema": 1, "prediction": []}')
    for broken in (alone, ids[0], "../x"):
        with pytest.raises(InputError):
            kept.kept_pair(store, broken, ids[1])


def test_card_and_report_of_two_models_show_texts_as_texts() -> None:
    pair = ModelPair(side(1, HOSTILE), side(2, "other"))
    note, link = f"{HOSTILE} {'look ' * 120}", "http://pedestal.example.org/?page=models"
    subject = PairSubject(pair, RECIPE, pair.methods, note, link)
    with card._settings(STYLES["light"]):
        figure = pair_card.drawn(subject, STYLES["light"])
        renderer = figure.canvas.get_renderer()
        for text in figure.texts:
            box = text.get_window_extent(renderer)
            assert box.x0 >= 0, text.get_text()
            assert box.x1 <= 1920, text.get_text()
            assert box.y0 >= 0, text.get_text()
        assert any("Note of the sender: </script>" in one.get_text() for one in figure.texts)
    report = render(subject, "html").decode()
    assert "Note of the sender: &lt;/script&gt;&lt;img src=x&gt; # `x`" in report
    assert f"This view: {link}" in report.replace("&amp;", "&")
    assert "<img src=x>" not in report
    with zipfile.ZipFile(io.BytesIO(render(subject, "zip"))) as archive:
        names = archive.namelist()
        for name in pair.methods:
            first, second = (
                np.load(io.BytesIO(archive.read(f"maps/{name}-{one}-after.npy"))) for one in "AB"
            )
            difference = np.load(io.BytesIO(archive.read(f"maps/{name}-B-minus-A.npy")))
            np.testing.assert_array_equal(difference, second - first)
        provenance = json.loads(archive.read("provenance.json"))
        assert [provenance[one]["model"] for one in "AB"] == [HOSTILE, "other"]
        assert archive.read("maps.csv").decode().count("\n") == 1 + len(pair.methods)
        assert {"verdict-A.json", "report.html", "figures/card.svg", "prediction.csv"} <= {*names}
