"""What goes on beside the model: the next chunk is prepared ahead, the last is finished behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")
S = TypeVar("S")


class _Beside:
    """A thread of its own, for the time of a block."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, type(self).__name__)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


class Ahead(_Beside, Generic[S, T]):
    """Each item with what `make` gives for it, which is made while the one before is used."""

    def __init__(self, make: Callable[[S], T], items: Sequence[S]) -> None:
        super().__init__()
        self._make, self._items = make, items

    def __iter__(self) -> Iterator[tuple[S, T]]:
        """Raises what `make` raises."""
        coming: Future[T] | None = None
        for number, item in enumerate(self._items):
            current = coming or self._pool.submit(self._make, item)
            found = current.result()
            if number + 1 < len(self._items):
                coming = self._pool.submit(self._make, self._items[number + 1])
            yield item, found


class Behind(_Beside):
    """Work of which one piece at a time goes on while the caller does something else.

    All that was handed over is done when the block ends, also where it ends by an error.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last: Future[None] | None = None

    def do(self, work: Callable[[], None]) -> None:
        """Begin a piece, once the one before is done. Raises what that one raised."""
        self.wait()
        self._last = self._pool.submit(work)

    def wait(self) -> None:
        """Until the last piece is done. Raises what it raised."""
        last, self._last = self._last, None
        if last is not None:
            last.result()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True)
        if error is None:
            self.wait()


def parted(items: Sequence[T], most: int) -> list[Sequence[T]]:
    """In parts of at most so many, as even as they can be."""
    count = -(-len(items) // most)
    ends = [round(len(items) * number / count) for number in range(count + 1)] if count else []
    return [items[a:b] for a, b in pairwise(ends)]
