"""A worker that cannot be ended keeps nobody else from a worker, and the sweeper goes on."""

from __future__ import annotations

import pytest

from tests.worker.test_pool import Made, Workshop, until
from xai_core.worker.serving.pool import Pool


class Stubborn(Workshop):
    """Workers whose end fails: 3,000 folders in each other did that."""

    def stop(self, worker: Made) -> None:
        super().stop(worker)
        raise RecursionError("maximum recursion depth exceeded")


def test_the_sweeper_goes_on_after_an_error() -> None:
    shop = Stubborn(3, idle=0.02)
    for key in ("a", "b", "c"):
        with shop.pool.borrow(key):
            pass
    until(lambda: not shop.running)
    with shop.pool.borrow("d"):
        pass
    until(lambda: not shop.running)
    assert shop.pool.keys == ()


def test_a_sweeper_that_is_gone_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Workshop(2, idle=0.02)
    with monkeypatch.context() as broken:
        # As if the thread had ended in the middle of it.
        broken.setattr(Pool, "_sweep", lambda pool: None)
        with shop.pool.borrow("a"):
            pass
        until(lambda: shop.pool._sweeper is not None and not shop.pool._sweeper.is_alive())
    assert shop.running == ["a"]
    with shop.pool.borrow("b"):
        pass
    until(lambda: not shop.running)


def test_room_is_made_and_all_is_closed_whatever_fails() -> None:
    shop = Stubborn(1)
    for key in ("a", "b", "a"):
        with shop.pool.borrow(key) as worker:
            assert worker.key == key
    shop.pool.discard("a")
    shop.pool.discard("a")
    with shop.pool.borrow("b"):
        pass
    shop.pool.close()
    assert not shop.running
