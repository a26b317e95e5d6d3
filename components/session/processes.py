"""The processes and results that all sessions share, and a session's way to them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

import streamlit as st

from components.session.jobs import queue
from components.session.jobs.cache import ResultCache
from components.session.settings import limits
from components.session.state.workspace import Source
from components.session.visitor import visit
from xai_core.base.arrays import Maps, Scores
from xai_core.base.errors import ModelError
from xai_core.base.progress import Progress
from xai_core.scores.localisation import Localisations, Mask
from xai_core.scores.metrics.base import Masks
from xai_core.worker import Worker
from xai_core.worker.decoding import Decoder, decoder_pool
from xai_core.worker.serving.models import SCORER, HeldModel, ModelFile, Models, helper_pool
from xai_core.worker.serving.pool import Pool, Waiting

T = TypeVar("T")


@st.cache_resource(show_spinner=False, on_release=lambda pool: pool.close())
def models() -> Models:
    """The processes that hold a model."""
    return Models(limits())


@st.cache_resource(show_spinner=False, on_release=lambda pool: pool.close())
def helpers() -> Pool[str, Worker]:
    """The processes without a model."""
    return helper_pool(limits())


@st.cache_resource(show_spinner=False, on_release=lambda pool: pool.close())
def decoders() -> Pool[Hashable, Decoder]:
    """The processes that read what visitors hand over, one for each who does just now."""
    return decoder_pool()


@st.cache_resource(show_spinner=False)
def known() -> ResultCache:
    """What models have answered already."""
    return ResultCache()


class Access:
    """One session's use of the processes. Made in its script; may be used in another thread.

    Args:
        turn: told how many go before, while a call waits.
        cancel: stops what is computed. Without one, the end of the visit does.
    """

    def __init__(self, turn: Waiting | None = None, cancel: threading.Event | None = None) -> None:
        here = visit.current()
        pool = models()
        here.at_end("models", lambda: pool.leave(here))
        self._user, self._pool, self._helpers = here, pool, helpers()
        self._turn, self.cancel = turn, cancel or here.gone

    @contextmanager
    def model(
        self, source: Source, *, patient: bool = False, progress: Progress | None = None
    ) -> Iterator[HeldModel]:
        """The open model of a source, for this caller alone while the block runs.

        Args:
            patient: asks many times in a row, and lets others in between.
            progress: told the steps of loading, where it is not open yet.

        Raises:
            XaiError: it cannot be opened. Cancelled: as asked, also while waiting.
        """
        if not source.path.exists():
            raise _file_gone(source)
        try:
            with self._pool.borrow(
                file_of(source),
                user=self._user,
                waiting=self._turn,
                cancel=self.cancel,
                patient=patient,
                start=None if progress is None else self._pool.told(progress),
            ) as held:
                self._now()
                yield held
        finally:
            if self._user.gone.is_set():  # the visit's own farewell came before this
                self._pool.leave(self._user)

    def lender(self, source: Source) -> Callable[[], AbstractContextManager[Worker]]:
        """Lends the worker of a source again and again, and lets others in between."""

        @contextmanager
        def borrow() -> Iterator[Worker]:
            with self.model(source, patient=True) as held:
                yield held.worker

        return borrow

    @property
    def awaited(self) -> bool:
        """Whether anybody waits for the process of a model."""
        return self._pool.awaited

    def holds(self, source: Source) -> bool:
        """Whether there is a process for a source."""
        return file_of(source) in self._pool.keys

    @contextmanager
    def helper(self, name: str) -> Iterator[Worker]:
        """A worker without a model, for this caller alone while the block runs."""
        with self._helpers.borrow(
            name, user=self._user, waiting=self._turn, cancel=self.cancel
        ) as worker:
            self._now()
            yield worker

    def score(self, maps: Maps, metric: str = "complexity", masks: Masks | None = None) -> Scores:
        """As `Worker.score`, in the process for it."""
        with self.helper(SCORER) as worker:
            return worker.score(maps, metric, masks)

    def localise(self, maps: Maps, mask: Mask) -> Localisations:
        """As `Worker.localise`, in the process for scores."""
        with self.helper(SCORER) as worker:
            return worker.localise(maps, mask)

    def _now(self) -> None:
        if self._turn is not None:
            self._turn(0)


def answered(
    source: Source,
    what: Hashable,
    ask: Callable[[HeldModel, threading.Event], T],
    text: str,
) -> T:
    """What a model answers to `ask`, for all who ask the same: from memory where it is known.

    Args:
        what: names the question. text: shown while it is answered.
    """

    def compute() -> T:
        with queue.shown(text) as turn:
            access = Access(turn)
            with access.model(source) as held:
                # While this one waited, another session may have asked the same.
                return known().get(key, lambda: ask(held, access.cancel))

    key = (file_of(source), what)
    return known().get(key, compute)


def file_of(source: Source) -> ModelFile:
    """Which file a source opens, and how."""
    return ModelFile(source.path, source.options, source.file)


def _file_gone(source: Source) -> ModelError:
    return ModelError(
        f"The file of {source.title} is no longer on the server.",
        "Upload it again.",
        code="unknown-format",
    )
