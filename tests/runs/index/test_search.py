"""A search finds what a look at every run's words finds, whatever is written in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runs.index.simulated import simulated
from xai_core.runs.index import database, pieces, queries
from xai_core.runs.index.queries import RunFilter
from xai_core.runs.index.rows import BETWEEN, COLUMNS, words_of
from xai_core.runs.index.writing import add
from xai_core.runs.store import RunStore

LONG = " ".join(f"word{n}" for n in range(1500))  # more than SQLite takes conditions
NAMES = (
    LONG,
    "Straße_100%.png",
    "STRASSE 100 %.png",
    "İstanbul ǅ ﬁne",
    "cafe\u0301 and café",
    "晶圆检测 半导体.png",
    "ウェーハ　欠陥",
    "a'b\"c\"\"d''e",
    "NEAR(a b) OR c AND -d* ^e",
    "x\0y\x01z\x7f",
    "\ud83d half a sign \U0001f600\U0001f601",
    "semi;colon\\back/slash",
    "q7",
    "",
)
ASKED = (
    *("STRASSE", "straße", "i̇stanbul", "ﬁ", "fi", "é", "e\u0301", "cafe", "CAFÉ", "%", "_", "_1"),
    *("晶", "圆检", "晶圆检", "检测 半导体", "欠陥", "ハ　欠", "'", '"', "''", '""', 'b"c', "'b\""),
    *("or", "AND", "near(a", "-d*", "^e", "*", "x\0y", "\0", "\x01z", "\x7f", "\ud83d"),
    *("\U0001f600", ";c", "\\", "k/s", "q7", "q", "zz", "a b", "b a", "net-1.pt 100"),
    *("no such words at all", "wafer", "saliency q7", "lot-1", "smoothgrad " * 40, "x" * 5000),
    *(LONG, f"{LONG} absent"),
)


def found(store: RunStore, words: str) -> set[str]:
    return {one.id for one in store.page(RunFilter("", words=words), 0, 100).entries}


@pytest.mark.parametrize("how", ["by pieces", "among too many", "without FTS5"])
def test_a_search_finds_what_a_look_at_all_words_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "without FTS5":
        monkeypatch.setattr(pieces, "supported", lambda: False)
        database._prefix.cache_clear()
    if how == "among too many":
        monkeypatch.setattr(queries, "NEAR", 1)
    store = RunStore(tmp_path / "runs")
    for number, name in enumerate(NAMES):
        simulated(store.folder, number, picture=name)
        simulated(store.folder, number, model=f"{name} {number}")
        simulated(store.folder, number, owner="another", model=name)
    texts = {one.id: words_of(one) for one in store.entries() if not one.label.owner}
    texts = {one: text.encode("utf-8", "replace").decode() for one, text in texts.items()}
    assert len(texts) == 2 * len(NAMES)
    for words in ASKED:
        asked = [w.casefold().encode("utf-8", "replace").decode() for w in words.split()]
        expected = {one for one, text in texts.items() if all(word in text for word in asked)}
        assert found(store, words) == expected, words
    database._prefix.cache_clear()


def test_a_search_follows_names_and_tags(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    one, other = (simulated(store.folder, number) for number in range(2))
    store.change(one, name="first name", tags=("first tag",))
    assert found(store, "first") == {one}
    store.change(one, name="second name", tags=("second tag",))
    assert found(store, "first") == set()
    assert found(store, "second nam") == {one}
    for many in (1, 1200):
        tagged = RunFilter("", tags=("second tag",) * many)
        assert [kept.id for kept in store.page(tagged).entries] == [one]
    store.delete(one)
    again = simulated(store.folder, 2)  # it may get the row of the one that is gone
    assert found(store, "second") == set()
    assert found(store, "wafer") == {other, again}


def test_the_steps_of_a_search_that_few_match_do_not_grow_with_the_runs() -> None:
    wanted = (
        RunFilter("", tags=("rare",)),
        RunFilter("", words="rare"),
        RunFilter("", words="rare", tags=("rare",), studies=False),
        RunFilter("", words="rare", linked=frozenset({"run-1"})),
        RunFilter(words="rare"),
    )
    few, many = ([steps(runs, one) for one in wanted] for runs in (100, 400))
    assert few[0] > 10
    assert all(after <= 1.2 * before for before, after in zip(few, many, strict=True)), (few, many)


def steps(runs: int, wanted: RunFilter) -> int:
    """What SQLite does for one list of so many runs, ten of which are tagged as rare."""
    db = database._connected(None)
    words = {number: "rare" if number < 10 else "usual" for number in range(runs)}
    blank = dict.fromkeys(COLUMNS, "") | {"pinned": 0, "size": 1, "study": 0}
    rows = {
        f"run-{at}": blank
        | {"id": f"run-{at}", "created": f"{at:04d}", "words": f"{word} usual"}
        | {"tags": f"{BETWEEN}{word}{BETWEEN}"}
        for at, word in words.items()
    }
    add(db, {name: tuple(row.values()) for name, row in rows.items()})
    done: list[int] = []
    db.set_progress_handler(lambda: done.append(1), 10)
    assert queries._names(db, wanted, 0, 20)[1] == 10
    db.close()
    return len(done)


def test_the_sum_of_sizes_follows_every_change(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    names = [simulated(store.folder, number) for number in range(4)]
    store.change(names[0], name="a longer name")
    store.add(names[1], "more.json", b"1" * 1000)
    store.delete(names[2])
    (store.folder / names[3] / "run.json").write_text("{")
    store.tidy()
    files = [file for file in store.folder.glob("[!.]*/*") if file.is_file()]
    assert store.used() == sum(file.stat().st_size for file in files)
