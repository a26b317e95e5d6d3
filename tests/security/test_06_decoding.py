"""What strangers hand over is read in a caged process, within limits, and stalls nobody."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.dose import dose
from tests.security.hostile_pictures import (
    HOSTILE,
    flat_png,
    honest,
    hostile,
    many_scans,
    many_strips,
    tall_png,
)
from tests.security.speaking import speaks
from xai_core.base.errors import InputError, XaiError
from xai_core.base.input_spec import InputSpec
from xai_core.pictures import preprocessing
from xai_core.targets.labels import parse_labels
from xai_core.worker import decoding
from xai_core.worker.decoding import Decoder, decoder_pool

KINDS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "npy")
MIB = 2**20


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    one = Decoder()
    yield one
    one.close()


def pid_of(one: Decoder) -> int:
    one._connection.started()
    return one._connection.process.pid


@pytest.mark.parametrize("kind", KINDS)
def test_an_honest_picture_is_the_same_from_its_own_process(kind: str, decoder: Decoder) -> None:
    data = honest(kind)
    here, there = preprocessing.open_picture(data), decoder.raster(data)
    np.testing.assert_array_equal(here.values, there.values)
    assert (here.alpha, here.notes, here.values.dtype) == (
        there.alpha,
        there.notes,
        there.values.dtype,
    )
    if here.turned is not None:
        np.testing.assert_array_equal(here.turned, there.turned)
    spec = InputSpec()
    one, other = preprocessing.prepare(here, spec), decoder.prepared(data, spec)
    np.testing.assert_array_equal(one.inputs, other.inputs)
    np.testing.assert_array_equal(one.picture, other.picture)
    assert (one.content, one.scale, one.notes) == (other.content, other.scale, other.notes)
    assert decoder.look(data).size == here.size == (60, 40)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gives_a_sentence_soon(name: str, decoder: Decoder) -> None:
    process, data = pid_of(decoder), hostile(name)
    before, start = psutil.Process().memory_info().rss, time.monotonic()
    with pytest.raises(InputError) as caught:
        decoder.prepared(data, InputSpec())
    assert time.monotonic() - start < 10
    assert psutil.Process().memory_info().rss - before < 100 * MIB
    assert "site-packages" not in str(caught.value)
    assert len(str(caught.value)) < 400
    assert pid_of(decoder) != process or "ended" not in str(caught.value)
    assert decoder.look(honest("PNG")).size == (60, 40)


def test_the_process_that_reads_is_caged_as_that_of_a_model(decoder: Decoder) -> None:
    from xai_core.cage.protect import missing

    assert decoder.protection.complete or missing().guards


def test_limits_are_not_in_the_way_of_what_teams_have(decoder: Decoder) -> None:
    assert decoder.look(many_scans(8)).size == (64, 64)
    assert decoder.look(tall_png(64, 60_000)).size == (64, 60_000)
    assert decoder.look(many_strips(60_000)).size == (1, 60_000)


def test_what_takes_too_long_is_given_up_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "SECONDS", 0.5)
    speaks(monkeypatch, "\nheard()\ntime.sleep(60)\n")
    one = Decoder()
    try:
        start = time.monotonic()
        with pytest.raises(InputError, match=r"longer than 0\.5 seconds"):
            one.look(honest("PNG"))
        assert time.monotonic() - start < 5
    finally:
        one.close()


@pytest.mark.parametrize(
    "deed",
    [
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "sys.exit(0)",
        "say({'id': 0, 'kind': 'result'})",
        "out.write(b'no frame at all, but long enough'); out.flush()",
    ],
)
def test_a_reader_that_crashes_or_lies_is_a_sentence(
    deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaks(monkeypatch, f"\nheard()\n{deed}\ntime.sleep(5)\n")
    one = Decoder()
    try:
        with pytest.raises(InputError, match="ended the process"):
            one.look(honest("PNG"))
    finally:
        one.close()


def test_a_crash_leaves_the_next_picture_as_it_is(decoder: Decoder) -> None:
    os.kill(pid_of(decoder), signal.SIGKILL)
    assert decoder.look(honest("PNG")).size == (60, 40)


def test_nobody_waits_for_the_picture_of_another(decoder: Decoder) -> None:
    pool, held = decoder_pool(), threading.Event()
    inside = threading.Event()

    def slow() -> None:
        with pool.borrow("slow"):
            inside.set()
            held.wait(30)

    threads = [threading.Thread(target=slow) for _ in range(1)]
    try:
        for thread in threads:
            thread.start()
        inside.wait(10)
        start = time.monotonic()
        for visitor in range(3):
            with pool.borrow(visitor) as one:
                assert one.look(honest("PNG")).size == (60, 40)
        assert time.monotonic() - start < 10  # on a busy machine; the slow one takes 30
        assert inside.is_set()
        assert threads[0].is_alive()
    finally:
        held.set()
        pool.close()


VISITORS = dose(6, 30)


def test_of_many_visitors_nobody_waits_for_another() -> None:
    pool = decoder_pool()
    waited: dict[int, float] = {}
    one = honest("JPEG")
    large = flat_png(7000)

    def visit(number: int, data: bytes) -> None:
        start = time.monotonic()
        with pool.borrow((number, len(data))) as mine:
            mine.prepared(data, InputSpec())
        waited[number] = time.monotonic() - start

    try:
        visit(-1, one)  # the first starts what all others are forked from
        slow = [threading.Thread(target=visit, args=(100 + n, large)) for n in range(dose(1, 4))]
        quick = [threading.Thread(target=visit, args=(n, one)) for n in range(VISITORS)]
        for thread in (*slow, *quick):
            thread.start()
        for thread in quick:
            thread.join()
        own = min(waited[n] for n in range(VISITORS))
        assert (
            max(waited[n] for n in range(VISITORS)) < own + 10
        )  # a busy machine; 2 s on a quiet one
        for thread in slow:
            thread.join()
    finally:
        pool.close()


def test_each_visitor_has_a_process_of_his_own() -> None:
    pool = decoder_pool()
    try:
        found = []
        for visitor in ("one", "two"):
            with pool.borrow(visitor) as one:
                found.append(pid_of(one))
        assert len(set(found)) == 2
    finally:
        pool.close()


LABELS = {
    "an unclosed quote": b'0,"cat\n' + b"1,dog\n" * 40_000,
    "deep brackets": b"[" * 200_000,
    "deep braces": b'{"a":' * 100_000,
    "a long number": b"[" + b"9" * 5000 + b"]",
    "no text": b"\xff\xfe\xff",
    "a NUL": b"[\0]",
    "many names": b"a\n" * 200_000,
    "nothing": b"",
    "too much": b"a" * 10_000_001,
}


@pytest.mark.parametrize("name", LABELS)
def test_hostile_class_names_give_a_sentence(name: str, decoder: Decoder) -> None:
    start = time.monotonic()
    with pytest.raises(InputError):
        decoder.class_names(LABELS[name])
    assert time.monotonic() - start < 10
    with pytest.raises(XaiError):
        parse_labels(LABELS[name])


OPEN_ALL = """
import sys
from xai_core.base.errors import InputError
from xai_core.pictures.preprocessing import open_picture
for file in sys.argv[1:]:
    try:
        open_picture(file)
    except InputError:
        pass
"""


def test_no_warning_of_a_library_reaches_the_terminal(tmp_path: Path) -> None:
    paths = []
    for number, name in enumerate(HOSTILE):
        path = tmp_path / f"{number}.tif"
        if not name.startswith("an archive"):  # slow, and not read by a library
            path.write_bytes(hostile(name))
            paths.append(str(path))
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", OPEN_ALL, *paths],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=Path(__file__).parents[2],
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


READS = re.compile(
    r"\b(open_picture|parse_labels|read_labels|raster_of|tifffile|literal_eval)\b"
    r"|Image\.open|np\.load|numpy\.load|csv\.reader"
)


def test_no_page_reads_what_a_visitor_hands_over_in_the_server_itself() -> None:
    root = Path(__file__).parents[2]
    files = [root / "app.py", *(root / "components").rglob("*.py"), *(root / "pages").rglob("*.py")]
    reading = {one for one in files if READS.search(one.read_text(encoding="utf-8"))}
    assert reading == {root / "components" / "session" / "decoding.py"}
    text = (root / "components" / "session" / "decoding.py").read_text(encoding="utf-8")
    assert len(READS.findall(text)) == text.count("if comes_along(path):\n")
