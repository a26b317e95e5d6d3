"""Real models behind a pool: shared, put away, and there again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.worker.conftest import OPTIONS
from xai_core.base.errors import Cancelled, ModelError
from xai_core.base.limits import Limits
from xai_core.models.formats.base import LoadOptions
from xai_core.worker.serving.models import INSPECTOR, SCORER, ModelFile, Models, helper_pool
from xai_core.worker.serving.spare import Spare


def children() -> set[int]:
    """Workers: children of this process' fork server."""
    servers = psutil.Process().children()
    return {worker.pid for server in servers for worker in server.children()}


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def one_process() -> Iterator[Models]:
    pool = Models(Limits(workers=1))
    yield pool
    pool.close()


def test_a_model_that_made_room_for_another_answers_as_before(
    one_process: Models,
    tiny: Path,
    misbehaving: Callable[[str], Path],
    inputs: np.ndarray,
) -> None:
    first = ModelFile(tiny, LoadOptions())
    other = ModelFile(misbehaving("error"), OPTIONS)
    with one_process.borrow(first) as held:
        card, before, pid = held.card, held.worker.predict(inputs), held.worker.pid
    with one_process.borrow(other) as held:
        assert held.worker.predict(inputs).shape == (1, 2)
        assert not psutil.pid_exists(pid)
    with one_process.borrow(first) as held:
        assert held.card == card
        np.testing.assert_array_equal(held.worker.predict(inputs).scores, before.scores)


def test_the_same_file_opened_otherwise_has_a_process_of_its_own(tiny: Path) -> None:
    pool = Models(Limits(workers=2))
    try:
        plain, trusted = (ModelFile(tiny, LoadOptions(trust=trust)) for trust in (False, True))
        with pool.borrow(plain) as one, pool.borrow(trusted) as other:
            assert one.worker.pid != other.worker.pid
    finally:
        pool.close()


def test_a_cancel_stops_its_own_call_and_the_next_in_the_queue_is_served(
    one_process: Models, misbehaving: Callable[[str], Path], inputs: np.ndarray, trigger: np.ndarray
) -> None:
    file = ModelFile(misbehaving("loop"), OPTIONS)
    cancel, started, queued = threading.Event(), threading.Event(), threading.Event()
    ends: dict[str, object] = {}

    def endless() -> None:
        try:
            with one_process.borrow(file, cancel=cancel) as held:
                started.set()
                held.worker.explain(trigger, 0, "saliency", cancel=cancel)
        except Cancelled as error:
            ends["endless"] = error

    def patient() -> None:
        with one_process.borrow(file, waiting=lambda before: queued.set()) as held:
            ends["patient"] = held.worker.explain(inputs, 0, "saliency").values

    threads = [threading.Thread(target=target) for target in (endless, patient)]
    threads[0].start()
    assert started.wait(120)
    threads[1].start()
    assert queued.wait(120)
    cancel.set()
    for thread in threads:
        thread.join(120)
    assert isinstance(ends["endless"], Cancelled)
    assert isinstance(ends["patient"], np.ndarray)


def test_a_model_that_cannot_be_loaded_leaves_no_process(
    one_process: Models, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"this is no model")
    before = children()
    with pytest.raises(ModelError), one_process.borrow(ModelFile(broken, LoadOptions())):
        pass
    assert one_process.keys == ()
    assert children() <= before


def test_looking_inside_and_scoring_are_apart(tiny: Path) -> None:
    pool = helper_pool(Limits(workers=1))
    try:
        with pool.borrow(SCORER) as scorer, pool.borrow(INSPECTOR) as inspector:
            assert scorer.pid != inspector.pid
            assert inspector.inspect(tiny).format == "torch-eager"
            assert np.isfinite(scorer.score(np.random.default_rng(0).random((1, 8, 8)))).all()
    finally:
        pool.close()


def test_a_process_in_waiting_opens_the_next_model_and_another_takes_its_place(tiny: Path) -> None:
    before, spare = children(), Spare(pause=0.0)
    try:
        spare.prepare()
        spare.prepare()
        wait_until(lambda: len(children() - before) == 1)
        (waiting,) = children() - before
        with spare.take() as worker:
            assert worker.pid == waiting
            assert worker.load(tiny).file == tiny.name
            wait_until(lambda: len(children() - before) == 2)
    finally:
        spare.close()
    assert children() <= before


def test_nobody_waits_where_nobody_was_asked_to() -> None:
    before, spare = children(), Spare(pause=0.0)
    try:
        with spare.take() as worker:
            assert worker.pid
            assert children() - before == {worker.pid}
        assert children() <= before
    finally:
        spare.close()


def test_a_process_that_died_waiting_is_not_handed_out() -> None:
    spare = Spare(pause=60.0)
    try:
        spare.prepare()
        dead = spare._worker
        assert dead is not None
        psutil.Process(dead.pid).kill()
        wait_until(lambda: not dead.alive)
        with spare.take() as worker:
            assert worker.pid != dead.pid
    finally:
        spare.close()
