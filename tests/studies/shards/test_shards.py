"""Shards: what comes back, what a kill or a second writer leaves, what is skipped and said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.studies.study_process import SETTING
from xai_core.attribution.methods.base import METHODS
from xai_core.base.errors import InputError, XaiError
from xai_core.base.pace import Pace
from xai_core.base.parameters import describe
from xai_core.studies.entry import failed
from xai_core.studies.shards import Description, Row, Shards, files, key_of, refusal_key
from xai_core.studies.shards import keys as keys_module
from xai_core.studies.shards.keys import Keys

ROOT, NAN = Path(__file__).parents[3], float("nan")


def begun(folder: Path) -> Shards:
    return Shards.begin(folder / "study", Description.of(SETTING, methods={"saliency": {}}))


def row(number: int, method: str = "saliency", **more: Any) -> Row:
    curve = np.linspace(number, 1, 100, dtype=np.float32)
    given = {"parameters": {"n": 3, "std": 0.1}, "raw": number / 3, "curve": curve, **more}
    return Row(f"{number:064x}", f"{number}.png", method, **given)


def told(one: Row) -> list[Any]:
    return [str(value) for value in vars(replace(one, curve=one.curve.astype(np.float32))).values()]


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    rows = [
        row(1, metrics={"sparsity": 0.5, "nothing": NAN}, target=3, label="wren", seconds=0.25),
        row(2, localisation={"mass": 0.75}, cause="odd \udcff name"),
        Row.of_entry("a" * 64, "ä.png", "saliency", {}, failed(None, "It has no gradient.")),
        Row.refused("b" * 64, "b.png", "It is no picture."),
    ]
    begun(tmp_path).write(rows)
    found = list(Shards(tmp_path / "study").rows())
    expected = [rows[0], replace(rows[1], cause="odd ? name"), *rows[2:]]
    assert [told(one) for one in found] == [told(one) for one in expected]
    assert found[0].curve.dtype == np.float32
    assert found[2].entry.cause == "It has no gradient."


def test_what_is_known_is_not_computed_again_but_a_missing_picture_is_looked_for(
    tmp_path: Path,
) -> None:
    shards = begun(tmp_path)
    shards.write(
        [row(1), Row.refused("b" * 64, "b.png", "Broken."), Row.refused("", "2.png", "Gone.")]
    )
    known = shards.known()
    assert len(known) == 2
    assert row(1).key(shards.key) in known
    assert key_of(shards.key, f"{1:064x}", "saliency", {"std": 0.1, "n": 3}) in known
    assert refusal_key(shards.key, "b" * 64) in known
    for other in (row(1, parameters={"n": 4}), row(1, "smoothgrad"), row(2)):
        assert other.key(shards.key) not in known
    assert row(1).key("another setting") not in known
    known_parameters = describe(METHODS["smoothgrad"].Parameters)
    later = {info.name: info.default for info in known_parameters if info.added}
    keys = {row(1, "smoothgrad", parameters=given).key(shards.key) for given in (later, {})}
    assert later, "a parameter that came later changes no key of before"
    assert len(keys) == 1
    assert shards.refused() == {"b.png": "Broken.", "2.png": "Gone."}
    shards.write([row(2)])
    assert shards.refused() == {"b.png": "Broken."}


def test_keys_are_a_set_of_sixteen_bytes_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_module, "FRESH", 400)
    draws = np.random.default_rng(0)
    blocks = [draws.bytes(16 * 1000) for _ in range(3)]
    keys = Keys([*blocks, blocks[0]])
    every = {block[at : at + 16] for block in blocks for at in range(0, 16_000, 16)}
    more = {draws.bytes(8) + tail for tail in (b"\0" * 8, b"\1" * 8) for _ in range(300)}
    for one in more:
        keys.add(one)
        keys.add(one)
    assert len(keys) == len(every) + len(more)
    assert all(one in keys for one in (*list(every)[:500], *list(more)[:500]))
    assert not any(draws.bytes(16) in keys for _ in range(500))
    near = next(iter(every))
    assert near[:8] + b"\0" * 8 not in keys


def test_a_row_of_two_files_counts_once_and_merging_changes_nothing(tmp_path: Path) -> None:
    shards = begun(tmp_path)
    first = [row(n, seconds=1.0) for n in range(5)]
    shards.write(first)
    shards.write([row(n, seconds=2.0) for n in range(3, 8)])
    shards.write([row(9)])
    large = shards.write([row(n) for n in range(100, 160)])
    before = [told(one) for one in shards.rows()]
    assert [one.seconds for one in shards.rows()][:8] == [1.0] * 5 + [2.0] * 3
    assert len(before) == len(shards.known()) == 69
    assert shards.compact(rows=500) == 2
    assert sorted(told(one) for one in shards.rows()) == sorted(before)
    assert len(list(shards.folder.glob("*.parquet"))) == 2
    assert large is not None
    assert large.exists()
    assert shards.compact() == 1
    assert shards.compact() == 0


def test_a_reader_is_told_when_files_are_merged_under_it(tmp_path: Path) -> None:
    shards = begun(tmp_path)
    for n in range(3):
        shards.write([row(n)])
    reading = shards.rows()
    next(reading)
    shards.compact()
    with pytest.raises(XaiError, match="Read it again"):
        list(reading)
    assert len(list(shards.rows())) == 3


def test_what_is_merged_after_the_names_were_listed_is_looked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shards, merging = begun(tmp_path), Shards(tmp_path / "study")
    for n in range(3):
        shards.write([row(n)])
    listed, looks = Shards._names, list[int]()

    def names(self: Shards) -> list[str]:
        found = listed(self)
        if self is shards:
            looks.append(len(found))
            if len(looks) in (1, 3):
                merging.compact()
                merging.write([row(10 + len(looks))])
        return found

    monkeypatch.setattr(Shards, "_names", names)
    assert len(shards.known()) == 4, "none of a file that was merged is lost"
    assert len(list(shards.rows())) == 5
    assert not shards.skipped
    monkeypatch.setattr(Shards, "_names", lambda self: ["gone.parquet"])
    for read in (shards.known, lambda: list(shards.rows())):
        with pytest.raises(XaiError, match="Read it again"):
            read()


def test_two_that_merge_at_once_end_no_study(tmp_path: Path) -> None:
    shards = begun(tmp_path)
    for n in range(3):
        shards.write([row(n)])
    with files.alone(shards.folder):
        assert Shards(shards.folder).compact() == 0, "another one is at it"
    assert shards._merge([*shards._names(), "gone.parquet"]) == 0, "without locks"
    assert len(list(shards.rows())) == len(shards._names()) == 3
    assert shards.compact() == 2


def test_files_that_are_broken_or_of_another_study_are_skipped_and_said(tmp_path: Path) -> None:
    shards = begun(tmp_path)
    path = shards.write([row(1)])
    assert path is not None
    other = Description.of(replace(SETTING, seed=9))
    strange = Shards.begin(tmp_path / "other", other).write([row(2)])
    assert strange is not None
    strange.rename(shards.folder / "strange.parquet")
    (shards.folder / "half.parquet").write_bytes(path.read_bytes()[:-40])
    (shards.folder / ".draft-x.parquet").write_bytes(b"")
    assert [one.name for one in shards.rows()] == ["1.png"]
    assert set(shards.skipped) == {"strange.parquet", "half.parquet"}
    assert "another study" in shards.skipped["strange.parquet"]


def test_a_folder_of_another_setting_is_an_error_that_says_what_differs(tmp_path: Path) -> None:
    description = Description.of(SETTING, Pace(3, True), methods={"saliency": {}})
    description.begin(tmp_path)
    assert Description.of(SETTING, Pace(3, True), methods={}).begin(tmp_path) == description
    assert description.tell(tmp_path, methods={"x": {"n": 1}}).told == {"methods": {"x": {"n": 1}}}
    for setting, pace, differs in (
        (replace(SETTING, seed=4), Pace(3, True), "seed 3, not 4"),
        (replace(SETTING, target=2), Pace(3, True), "target null, not 2"),
        (SETTING, Pace(5, True), "batch_size 3, not 5"),
    ):
        with pytest.raises(InputError, match=differs):
            Description.of(setting, pace).begin(tmp_path)
    with pytest.raises(InputError, match="no study"):
        Shards(tmp_path / "empty")
    (tmp_path / "setting.json").write_text("{")
    with pytest.raises(InputError, match="unreadable"):
        Shards(tmp_path)


WRITER = """
import sys
from pathlib import Path
from xai_core.studies.shards import Row, Shards
shards = Shards(Path(sys.argv[1]))
for n in range(int(sys.argv[2]), 100_000, 6):
    shards.write([Row(f"{n + more:064x}", f"{n + more}.png", "saliency") for more in range(3)])
    print(n, flush=True)
"""


def test_two_writers_that_are_killed_leave_whole_shards(tmp_path: Path) -> None:
    kept: set[int] = set()
    call = [sys.executable, "-c", WRITER, str(begun(tmp_path).folder)]
    writers = [
        subprocess.Popen([*call, start], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for start in ("0", "3")
    ]
    for writer, lines in zip(writers, (5, 8), strict=True):
        assert writer.stdout is not None
        kept |= {int(writer.stdout.readline()) for _ in range(lines)}
        os.kill(writer.pid, signal.SIGKILL)
    for writer in writers:
        writer.communicate()
    shards = Shards(tmp_path / "study")
    found = [int(one.name.removesuffix(".png")) for one in shards.rows()]
    assert not shards.skipped
    assert len(found) == len(set(found)) == len(shards.known())
    assert {n + more for n in kept for more in range(3)} <= set(found)
