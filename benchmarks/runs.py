"""Kept runs: saving, the first page, a search and the tags among 100,000 of them."""

from __future__ import annotations

import atexit
import json
import os
import secrets
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.timing import Goal
from xai_core.base.storage.atomic import whole_folder
from xai_core.runs.index.queries import RunFilter
from xai_core.runs.store import RunStore

UNIT, ROUNDS = "ms", 5
RUNS = int(os.environ.get("PEDESTAL_BENCH_RUNS", "100000"))
MINE = RunFilter("")
LOTS = 100
BARE, QUERY = "a bare folder of the same size, flushed", "a bare look at all rows in SQLite"
NAMES = "a bare list of the folder's names"
SAVE, FIRST, SEARCH, COMMON, SHORT, TAG, TAGS, MORE = (
    "a run is saved",
    "the first page of the list",
    "the first page of a search",
    "the first page of a search that all match",
    "a search for two letters that none has",
    "the first page of a tag",
    "all tags",
    "another server's run is seen",
)
_held: dict[str, RunStore] = {}


@dataclass(frozen=True)
class Facts:
    """A run of which only what the list says is there."""

    number: int

    def write(self, folder: Path, /, **more: str) -> None:
        """As a run is written: flushed, whole or not at all."""
        with whole_folder(folder) as draft:
            for name, text in {**more, "run": told(self.number)}.items():
                (draft / f"{name}.json").write_text(text)


def told(number: int) -> str:
    """The facts of one of them."""
    methods = ("saliency", "guided-backprop", "smoothgrad", "fusiongrad", "grad-cam")
    facts = {
        "schema": 2,
        "model": f"net-{number % 50}.pt",
        "picture": f"wafer-{number:06d}.png",
        "target": number % 1000,
        "guesses": [],
        "attributions": dict.fromkeys(methods),
        "created": f"2026-11-29T{number:08d}",
    }
    return json.dumps(facts)


def prepare(titles: list[str]) -> None:
    """All runs in a folder, and an index of them."""
    folder = Path(tempfile.mkdtemp(prefix="bench-runs-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    start = time.perf_counter()
    for number in range(RUNS):
        _written(folder, number)
    print(f"  ({RUNS:,d} runs were written in {time.perf_counter() - start:.1f} s)", flush=True)
    store = _held["store"] = RunStore(folder, cap=10**6)
    start = time.perf_counter()
    store.page(MINE)
    print(f"  (without an index the page waited {time.perf_counter() - start:.1f} s", end=", ")
    store.tidy()
    print(f"and the index was made in {time.perf_counter() - start:.1f} s)", flush=True)


def _written(folder: Path, number: int) -> None:
    place = f"{folder}/{secrets.token_urlsafe(16)}"
    os.mkdir(place)
    with open(f"{place}/run.json", "w") as file:
        file.write(told(number))
    os.link(_label(folder, number % LOTS), f"{place}/label.json")


@cache
def _label(folder: Path, lot: int) -> str:
    """One file for all runs that have it: a hundred thousand files are made in half the time."""
    place = folder.with_name(f"{folder.name}-{lot}.json")
    place.write_text(json.dumps({"tags": [f"lot-{lot}"]}))
    atexit.register(place.unlink, missing_ok=True)
    return str(place)


def milliseconds(work: Callable[[], object]) -> float:
    """What it takes."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def _bare() -> object:
    place = _held["store"].folder.parent / f"bench-bare-{secrets.token_hex(8)}"
    Facts(0).write(place, label="{}")
    shutil.rmtree(place)
    return None


def _query() -> object:
    (file,) = (_held["store"].folder / ".index").glob("*.sqlite")
    with sqlite3.connect(file) as db:
        return db.execute("SELECT count(*) FROM runs WHERE instr(words, '0999')").fetchone()


def _seen() -> float:
    store = _held["store"]
    _written(store.folder, RUNS)
    return milliseconds(lambda: store.page(MINE))


def _page(wanted: RunFilter) -> Callable[[], float]:
    return lambda: milliseconds(lambda: _held["store"].page(wanted))


CASES = {
    BARE: lambda: milliseconds(_bare),
    QUERY: lambda: milliseconds(_query),
    NAMES: lambda: milliseconds(lambda: os.listdir(_held["store"].folder)),
    SAVE: lambda: milliseconds(lambda: _held["store"].save(Facts(RUNS))),
    FIRST: _page(MINE),
    SEARCH: _page(RunFilter("", words="0999 fusion")),
    COMMON: _page(RunFilter("", words="fusion")),
    SHORT: _page(RunFilter("", words="zq")),
    TAG: _page(RunFilter("", tags=("lot-7",))),
    TAGS: lambda: milliseconds(lambda: _held["store"].tags(MINE)),
    MORE: _seen,
}
GOALS = [
    Goal(SAVE, BARE, 5),
    Goal(FIRST, QUERY, 1),
    Goal(SEARCH, QUERY, 1),
    Goal(COMMON, QUERY, 1),
    Goal(SHORT, QUERY, 1),
    Goal(TAGS, QUERY, 1),
    Goal(MORE, NAMES, 4),
]
