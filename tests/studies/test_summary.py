"""The summary of a study's shards: the figures of the plain statistics, in bounded memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from tests.studies.study_process import SETTING
from xai_core import open_summary
from xai_core.attribution.methods.base import METHODS as METHOD_TYPES
from xai_core.base.errors import InputError
from xai_core.base.parameters import kept as kept_parameters
from xai_core.cli.study.summary import summary_json, summary_text
from xai_core.scores.bootstrap import band
from xai_core.scores.statistics import statistics
from xai_core.scores.statistics_text import OverPictures, statistics_text
from xai_core.studies.entry import QUANTILES
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.jobs.status import Reporter
from xai_core.studies.shards import Description, Row, Shards
from xai_core.studies.store import complete

ROOT = Path(__file__).parents[2]
METHODS = {"smoothgrad": {"m": 3}, "saliency": {}, "grad-cam": {"layer": "a"}}
RNG = np.random.default_rng(2)


def simulated(count: int) -> Iterator[Row]:
    """Rows of `count` pictures, method by method, as a study that was gone on with leaves them."""
    for number, (method, given) in enumerate(METHODS.items()):
        for picture in range(count):
            level = 9 + 0.3 * number + RNG.normal(0, 0.4)
            curve = (level + np.log1p(-QUANTILES)).astype(np.float32)
            digits = f"{picture * 7919 % count:016x}{picture:048x}"
            yield Row(digits, f"{picture}.png", method, given, raw=level, curve=curve, seconds=0.5)


def kept(folder: Path, count: int, size: int) -> tuple[Shards, list[Row]]:
    shards = Shards.begin(folder, Description.of(SETTING, methods=METHODS))
    rows, waiting = [], []
    for row in simulated(count):
        waiting.append(row)
        if len(waiting) == size:
            shards.write(waiting)
            rows += waiting if count < 1000 else []
            waiting = []
    shards.write(waiting)
    return shards, rows + waiting


@pytest.mark.parametrize("few", [True, False])
def test_it_has_the_figures_of_the_plain_statistics(
    few: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not few:
        monkeypatch.setattr("xai_core.studies.scan.MOST", 1000)
    shards, rows = kept(tmp_path, 40, 17)
    more = [Row("e" * 64, "z.png", "saliency", cause="The map is zero."), rows[3]]
    shards.write([*more, Row.refused("", "gone.png", "There is no file.")])
    found = open_summary(tmp_path, 0.3)
    assert found.methods == tuple(METHODS)
    assert all(
        kept_parameters(METHOD_TYPES[name].Parameters, there) == given
        for there, (name, given) in zip(found.parameters, METHODS.items(), strict=True)
    )
    assert (found.pictures, found.done, found.quantile) == (41, 40, 0.3)
    assert found.seconds == pytest.approx(60)
    assert found.refused == {"gone.png": "There is no file."}
    assert found.causes == {"saliency": {"The map is zero.": 1}}
    order = sorted({row.picture[:16] for row in [*rows, *more]})
    curves = np.full((41, 3, 100), np.nan)
    raw = np.full((41, 3), np.nan)
    for row in [*rows, more[0]]:
        place = order.index(row.picture[:16]), list(METHODS).index(row.method)
        curves[place], raw[place] = row.curve, row.raw
    np.testing.assert_array_equal(found.raw, raw)
    np.testing.assert_array_equal(found.scores, curves[:, :, 30])
    here, expected = found.statistics, statistics(curves[:, :, 30])
    assert here.order == expected.order
    assert here.concordance == expected.concordance
    assert here.neighbours == expected.neighbours
    np.testing.assert_array_equal(here.places.shares, expected.places.shares)
    whole = band(curves, kind="bca" if few else "normal")
    assert found.curves.kind == whole.kind
    for name in ("mean", "low", "high", "pictures"):
        one, other = getattr(found.curves, name), getattr(whole, name)
        np.testing.assert_allclose(one, other, rtol=1e-6)
    reversed_on = here.neighbours[0].reversed_on[:2]
    names = {row.picture[:16]: row.name for row in rows}
    assert found.names(reversed_on) == [names[order[row]] for row in reversed_on]


def test_a_method_with_two_sets_of_parameters_is_two_columns(tmp_path: Path) -> None:
    shards = Shards.begin(tmp_path, Description.of(SETTING))
    shards.write([Row("a" * 64, "a.png", "smoothgrad", {"m": m, "n": 1}) for m in (3, 4)])
    assert open_summary(tmp_path).methods == ("smoothgrad (m=3)", "smoothgrad (m=4)")


def test_a_study_without_rows_and_none_at_all(tmp_path: Path) -> None:
    Shards.begin(tmp_path, Description.of(SETTING))
    found = open_summary(tmp_path)
    assert (found.pictures, found.methods, found.statistics.order) == (0, (), ())
    with pytest.raises(InputError, match="no study"):
        open_summary(tmp_path / "other")
    with pytest.raises(InputError, match="between 0 and 1"):
        open_summary(tmp_path, 20)


@pytest.mark.parametrize("few", [True, False])
def test_a_picture_whose_mask_is_another_by_now_counts_once(
    few: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not few:
        monkeypatch.setattr("xai_core.studies.scan.MOST", 10)
    metric, lost = "pointing-game@0.2", "Its mask cannot be used."
    setting = replace(SETTING, metrics=(metric,), truths=None)
    shards = Shards.begin(tmp_path, Description.of(setting))
    plain = [Row(f"{n:016x}" + "0" * 48, f"{n}.png", "saliency", raw=8.0 + n) for n in range(5)]
    plain = [replace(row, curve=np.full(len(QUANTILES), row.raw, np.float32)) for row in plain]
    nothing: dict[str, Any] = {"localisation": {metric: np.nan}, "reasons": {metric: lost}}
    shards.write([replace(row, mask="a" * 64, cause="x", **nothing) for row in plain])
    shards.write([replace(row, mask="b" * 64, localisation={metric: 1.0}) for row in plain[:4]])
    found = open_summary(tmp_path)
    assert (found.pictures, found.curves.pictures.tolist()) == (5, [[5] * len(QUANTILES)])
    assert found.figures[metric].ravel().tolist() == pytest.approx(
        [1.0] * 4 + [np.nan], nan_ok=True
    )
    assert found.reasons == {metric: {lost: 1}}
    assert found.causes == {"saliency": {"x": 1}}


def test_one_picture_is_told_without_intervals(tmp_path: Path) -> None:
    shards = Shards.begin(tmp_path, Description.of(replace(SETTING, metrics=("sparseness",))))
    curve = np.full(len(QUANTILES), 7.5, np.float32)
    shards.write(
        [Row("a" * 64, "a.png", "saliency", raw=8, curve=curve, metrics={"sparseness@0.2": 1})]
    )
    Reporter(tmp_path, "local").end("done")
    (mean,) = summary_json(tmp_path, cast(Plan, SimpleNamespace(name="net", setting=SETTING)), 0.2)[
        "statistics"
    ]["means"]
    assert (mean["name"], mean["mean"], mean["pictures"]) == ("saliency", 7.5, 1)
    lines = list(summary_text(tmp_path, 0.2))
    assert [line.split() for line in lines if "saliency" in line] == [
        ["saliency", "7.5000"],
        ["saliency", "1.0000", "of", "1"],
    ]


def test_what_is_undefined_over_pictures_is_said_so() -> None:
    scores = np.array([[1.0, np.nan, np.nan], [np.nan, 2.0, np.nan]])
    lines = list(statistics_text(OverPictures(("a", "b", "c"), 2, statistics(scores)), {}))
    assert "nan" not in " ".join(lines)
    assert any("W is undefined" in line for line in lines)
    assert lines[-1] == "  a before b: no picture has a score of both"


MEASURED = """
import sys, tracemalloc
from pathlib import Path
from tests.studies.test_summary import kept, open_summary
for count in (100, 2000, 5000):  # the first one imports what it needs
    folder = Path(sys.argv[1]) / str(count)
    kept(folder, count, 4096)
    tracemalloc.start()
    assert open_summary(folder).done == count
    print(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
"""


def test_very_many_rows_take_a_bounded_memory(tmp_path: Path) -> None:
    """In a process of its own: another test's threads allocate, too, and garbage waits longer."""
    code = [sys.executable, "-c", MEASURED, str(tmp_path)]
    told = subprocess.run(code, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    _, few, many = map(int, told.split())
    each = (many - few) / (3 * 3000)
    assert each < 150, f"{each:.0f} bytes for each picture and method, of which the curve is 400"


def test_a_parameter_that_is_added_later_makes_no_other_column(tmp_path: Path) -> None:
    shards = Shards.begin(tmp_path, Description.of(SETTING))
    now = complete({"grad-cam": {}})["grad-cam"]
    before = kept_parameters(METHOD_TYPES["grad-cam"].Parameters, now)
    assert before != now
    shards.write([Row("a" * 64, "a.png", "grad-cam", before, raw=1.0)])
    shards.write([Row("b" * 64, "b.png", "grad-cam", now, raw=2.0)])
    found = open_summary(tmp_path)
    assert (found.methods, found.parameters) == (("grad-cam",), (now,))
    assert sorted(found.raw[:, 0]) == [1.0, 2.0]
