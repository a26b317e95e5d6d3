"""Which workers Ray is asked for, and that nobody waits for one that has no room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from xai_core.base.errors import InputError, WorkerError
from xai_core.studies.engines import ray as engine
from xai_core.studies.engines.base import Staff
from xai_core.studies.engines.ray import RayCrew
from xai_core.studies.host.exchange import Chunk, Outcome
from xai_core.studies.host.ray_seats import cards_of, part_of_card, seats_of_cluster
from xai_core.worker.process.budget import Budget


def nodes(**given: tuple[int, int]) -> list[dict[str, Any]]:
    alive = [
        {"NodeID": name, "Alive": True, "Resources": {"CPU": float(cores), "GPU": float(cards)}}
        for name, (cores, cards) in given.items()
    ]
    return [*alive, {"NodeID": "gone", "Alive": False, "Resources": {"CPU": 99.0}}]


@pytest.mark.parametrize(
    ("given", "workers", "count", "cores"),
    [
        ({"a": (8, 0), "b": (4, 0)}, None, 12, {"a": 1, "b": 1}),
        ({"a": (8, 0), "b": (4, 0)}, 2, 2, {"a": 4, "b": 2}),
        ({"head": (16, 0), "a": (8, 4), "b": (8, 1)}, None, 5, {"a": 2, "b": 8}),
        ({"a": (8, 4)}, 2, 2, {"a": 4}),
        ({"a": (2, 4)}, None, 2, {"a": 1}),
    ],
)
def test_each_worker_fits_on_whatever_node_it_is_placed(
    given: dict[str, tuple[int, int]], workers: int | None, count: int, cores: dict[str, int]
) -> None:
    shares, found = seats_of_cluster(nodes(**given), workers)
    assert (len(shares), found) == (count, cores)


def test_more_workers_than_gpus_are_refused_on_a_cluster_and_share_them_here() -> None:
    for given, workers in (({"a": (8, 2)}, 3), ({"a": (0, 0)}, None), ({"a": (8, 0)}, 0)):
        with pytest.raises(InputError, match="The cluster has"):
            seats_of_cluster(nodes(**given), workers)
    shares = [Budget(1, gpu=name) for name in ("0", "1", "0")]
    assert (cards_of(shares), part_of_card(shares)) == (2, 0.5)
    assert part_of_card(shares[:2]) == 1
    assert 3 * part_of_card([Budget(1, gpu="0")] * 3) <= 1
    assert part_of_card([Budget(1)]) == 0


@dataclass(eq=False)
class Answer:
    there: bool
    value: Any = None


class FakeRay:
    """Starts as many workers as have `room`."""

    def __init__(self, room: int) -> None:
        self.room, self.options_given = room, list[dict[str, Any]]()

    def nodes(self) -> list[dict[str, Any]]:
        return nodes(a=(8, 0))

    def put(self, what: Any) -> Any:
        return what

    def remote(self, kind: type) -> Any:
        return self

    def options(self, **given: Any) -> Any:
        self.options_given.append(given)
        number = len(self.options_given)

        class Made:
            @staticmethod
            def remote(*_: Any) -> Any:
                return Placed(number <= self.room)

        return Made

    def wait(self, answers: list[Answer], timeout: float) -> tuple[list[Answer], list[Answer]]:
        return [one for one in answers if one.there][:1], []

    def get(self, answer: Answer) -> Any:
        return answer.value

    def kill(self, actor: Any) -> None:
        pass


class Called:
    def __init__(self, call: Callable[..., Answer]) -> None:
        self.remote = call


class Placed:
    """An actor, or one that waits for a place for ever."""

    def __init__(self, there: bool) -> None:
        self.ready = Called(lambda: Answer(there))
        self.compute = Called(lambda chunk: Answer(there, Outcome(chunk)))


def crew_of(ray: FakeRay, monkeypatch: pytest.MonkeyPatch) -> RayCrew:
    @contextmanager
    def connected(*_: Any) -> Iterator[FakeRay]:
        yield ray

    monkeypatch.setattr(engine, "connected", connected)
    given: Any = None
    return RayCrew(given, given, Staff(3, "auto"))


def test_chunks_go_only_to_workers_that_have_started(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray")
    ray = FakeRay(room=1)
    crew = crew_of(ray, monkeypatch)
    for number in range(6):
        crew.hand(Chunk(number, ()))
    found = [one for _ in range(8) for one in crew.outcomes(0)]
    assert [one.chunk.number for one in found] == list(range(6))
    assert ray.options_given == [{"num_cpus": 1, "max_concurrency": 2}] * 3
    monkeypatch.setattr(engine, "START_SECONDS", -1.0)
    assert crew.outcomes(0) == [], "one is enough"


def test_a_cluster_without_room_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    crew = crew_of(FakeRay(room=0), monkeypatch)
    crew.hand(Chunk(0, ()))
    assert crew.outcomes(0) == []
    monkeypatch.setattr(engine, "START_SECONDS", -1.0)
    with pytest.raises(WorkerError, match="started none of 3 workers"):
        crew.outcomes(0)
