"""Many callers and few workers, in real threads; the workers are made up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from xai_core.base.errors import Cancelled, ModelError, WorkerError
from xai_core.worker.serving.pool import Pool

PATIENCE = 60.0  # only a deadlock takes so long


class Made:
    """A worker that knows whether it runs, and refuses two callers at once."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.running = True
        self.calls = threading.Lock()


class Workshop:
    """Makes workers, and remembers how many there were at one time."""

    def __init__(self, size: int, **limits: float) -> None:
        self.made: list[Made] = []
        self.most = 0
        self.pool: Pool[str, Made] = Pool(size, self.start, self.stop, **limits)

    def start(self, key: str, cancel: threading.Event | None) -> Made:
        if key == "broken":
            raise ModelError("It is broken.")
        self.made.append(Made(key))
        self.most = max(self.most, sum(one.running for one in self.made))
        return self.made[-1]

    def stop(self, worker: Made) -> None:
        worker.running = False

    @property
    def running(self) -> list[str]:
        return sorted(one.key for one in self.made if one.running)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


class Holder:
    """Borrows in a thread of its own until it is told to give back."""

    def __init__(self, pool: Pool[str, Made], key: str, **options: object) -> None:
        self.got, self.enough = threading.Event(), threading.Event()
        self.before: list[int] = []
        self.error: BaseException | None = None
        self._job = (pool, key, options)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        pool, key, options = self._job
        try:
            with pool.borrow(key, waiting=self.before.append, **options):  # type: ignore[arg-type]
                self.got.set()
                assert self.enough.wait(PATIENCE)
        except BaseException as error:
            self.error = error

    def end(self) -> None:
        self.enough.set()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


def test_many_sessions_share_few_workers_and_each_gets_its_own() -> None:
    shop = Workshop(3)
    got: dict[int, str] = {}

    def session(number: int) -> None:
        key = f"model {number % 7}"
        for _ in range(5):
            with shop.pool.borrow(key, user=number) as worker:
                assert worker.running
                assert worker.calls.acquire(blocking=False)
                time.sleep(0.001)
                worker.calls.release()
                got[number] = worker.key

    threads = [threading.Thread(target=session, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert got == {number: f"model {number % 7}" for number in range(20)}
    assert shop.most <= 3
    assert len(shop.running) <= 3


def test_a_worker_that_was_closed_for_another_is_started_again() -> None:
    shop = Workshop(1)
    for key in ("a", "b", "a"):
        with shop.pool.borrow(key) as worker:
            assert worker.key == key
    assert [one.key for one in shop.made] == ["a", "b", "a"]
    assert shop.running == ["a"]


def test_who_waits_sees_the_place_in_the_queue_and_moves_up() -> None:
    shop = Workshop(1)
    first = Holder(shop.pool, "a")
    assert first.got.wait(PATIENCE)
    second = Holder(shop.pool, "b")
    until(lambda: 1 in second.before)
    third = Holder(shop.pool, "a")
    until(lambda: 1 in third.before)  # for the same worker: only the one in progress
    fourth = Holder(shop.pool, "b")
    until(lambda: 3 in fourth.before)
    first.end()
    until(lambda: fourth.before[-1] < 3)
    for one in (second, third, fourth):
        assert one.got.wait(PATIENCE)
        one.end()
    assert not any(one.error for one in (first, second, third, fourth))


def test_waiting_can_be_cancelled_and_disturbs_nobody() -> None:
    shop = Workshop(1)
    cancel = threading.Event()
    first = Holder(shop.pool, "a")
    assert first.got.wait(PATIENCE)
    second, third = Holder(shop.pool, "b", cancel=cancel), Holder(shop.pool, "a")
    until(lambda: bool(second.before and third.before))
    cancel.set()
    second.thread.join(PATIENCE)
    assert isinstance(second.error, Cancelled)
    assert not third.got.is_set()
    first.end()
    assert third.got.wait(PATIENCE)
    third.end()
    assert shop.running == ["a"]


def test_an_error_in_the_callback_gives_the_turn_up() -> None:
    class Rerun(BaseException):
        pass

    def leave(before: int) -> None:
        raise Rerun

    shop = Workshop(1)
    first = Holder(shop.pool, "a")
    assert first.got.wait(PATIENCE)
    with pytest.raises(Rerun), shop.pool.borrow("b", waiting=leave):
        pass
    first.end()
    with shop.pool.borrow("a") as worker:
        assert worker.running


def test_a_worker_that_does_not_start_costs_its_caller_alone() -> None:
    shop = Workshop(1)
    for _ in range(3):
        with pytest.raises(ModelError, match="broken"), shop.pool.borrow("broken"):
            pass
    assert shop.pool.keys == ()
    with shop.pool.borrow("a") as worker:
        assert worker.running


def test_an_error_of_the_caller_leaves_the_worker_for_the_next() -> None:
    shop = Workshop(1)
    with pytest.raises(ValueError, match="mine"), shop.pool.borrow("a"):
        raise ValueError("mine")
    with shop.pool.borrow("a"):
        pass
    assert len(shop.made) == 1


def test_idle_workers_end_after_a_while_and_so_does_the_thread_that_ends_them() -> None:
    def sweepers() -> set[threading.Thread]:
        return {one for one in threading.enumerate() if one.name == "pool"}

    before = sweepers()
    shop = Workshop(2, idle=0.05)
    for key in ("a", "b"):
        with shop.pool.borrow(key):
            pass
    until(lambda: not shop.running)
    until(lambda: sweepers() <= before)
    with shop.pool.borrow("a") as worker:
        assert worker.running


def test_a_worker_whose_last_user_has_left_ends_early_and_others_stay() -> None:
    shop = Workshop(2, idle=3600.0, orphaned=0.05)
    for key, user in (("a", "ann"), ("b", "ann"), ("b", "ben")):
        with shop.pool.borrow(key, user=user):
            pass
    shop.pool.leave("ann")
    until(lambda: shop.running == ["b"])
    shop.pool.leave("ben")
    until(lambda: not shop.running)


def test_a_discarded_worker_ends_when_its_user_is_done() -> None:
    shop = Workshop(2)
    holder = Holder(shop.pool, "a")
    assert holder.got.wait(PATIENCE)
    shop.pool.discard("a")
    shop.pool.discard("unheard of")
    assert shop.running == ["a"]
    holder.end()
    until(lambda: not shop.running)
    with shop.pool.borrow("b"):
        pass
    shop.pool.discard("b")
    assert not shop.running


def test_a_closed_pool_ends_all_and_tells_those_who_wait() -> None:
    shop = Workshop(1)
    first = Holder(shop.pool, "a")
    assert first.got.wait(PATIENCE)
    second = Holder(shop.pool, "b")
    until(lambda: bool(second.before))
    shop.pool.close()
    second.thread.join(PATIENCE)
    assert isinstance(second.error, WorkerError)
    assert second.error.code == "closed"
    first.end()
    assert not shop.running
    with pytest.raises(WorkerError, match="closed"), shop.pool.borrow("a"):
        pass
