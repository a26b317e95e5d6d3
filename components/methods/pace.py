"""The pace of a model: measured once, while nobody waits for a process, and known from then on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress

from components.session import backend
from components.session.jobs.time_left import TimeLeft
from components.session.processes import Access
from components.session.state.workspace import Source
from xai_core.attribution.pace.cache import LONG, WORTH, Paces, key_of
from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Inputs
from xai_core.base.environment import machine
from xai_core.base.errors import Cancelled, WorkerError, XaiError
from xai_core.base.pace import Pace
from xai_core.runs.computation import asked_alike
from xai_core.runs.request import Request, costs
from xai_core.runs.run import Run

PAUSE_SECONDS = 2.0  # what the page asks about a new result goes before


def known(source: Source) -> Pace:
    """The pace of an open model; the plain one where none is known."""
    return Paces().of(key_for(source)) or Pace()


def learning(source: Source, inputs: Inputs, samples: int) -> Callable[[], None]:
    """What has an open model's pace measured a little later; it returns at once.

    Made in the script, called from any thread once `samples` are through. It does nothing where
    those are too few, or the pace is known.
    """
    key = key_for(source)
    if samples < WORTH or Paces().of(key) is not None:
        return lambda: None
    timer = threading.Timer(PAUSE_SECONDS, _measure, (Access(), Paces(), key, source, inputs))
    timer.daemon = True
    return timer.start


def time_left(before: Run, request: Request, known: Mapping[str, Attribution]) -> TimeLeft:
    """What tells how long a request takes, where the run before it may have been of this model.

    Args:
        known: what need not be computed again, where it is what is asked for.
    """
    reused = [name for name, one in known.items() if asked_alike(one, request, name)]
    found = costs(request, reused)
    order = sorted(found, key=found.__getitem__)  # as they are computed
    alike = (before.model_sha256, before.machine) == (request.model_sha256, machine())
    made = before.attributions if alike else {}
    paces = {name: made[name].seconds / found[name] for name in order if name in made}
    return TimeLeft({name: found[name] for name in order}, paces)


def for_many(
    access: Access,
    found: Paces,
    key: str,
    source: Source,
    inputs: Callable[[], Inputs],
    samples: int,
) -> Pace:
    """As `measured` where `samples` that are to come pay for it, else what is known; for any
    thread. `inputs`: of one of the pictures.

    Raises:
        Cancelled: as asked.
    """
    if samples < LONG:
        return found.of(key) or Pace()
    try:
        return measured(access, found, key, source, inputs())
    except Cancelled:
        raise
    except XaiError:  # whoever runs the model next tells it
        return Pace()


class _Wanted(threading.Event):
    """Set as soon as somebody waits for a process: the measuring is done another time."""

    def __init__(self, access: Access) -> None:
        super().__init__()
        self._access = access

    def is_set(self) -> bool:
        """As the class says; also when the visit has ended."""
        return self._access.awaited or self._access.cancel.is_set()


def _measure(access: Access, found: Paces, key: str, source: Source, inputs: Inputs) -> None:
    wanted = _Wanted(access)
    if access.holds(source) and not wanted.is_set():
        with suppress(XaiError):
            measured(access, found, key, source, inputs, wanted)


def measured(
    access: Access,
    found: Paces,
    key: str,
    source: Source,
    inputs: Inputs,
    cancel: threading.Event | None = None,
) -> Pace:
    """The pace of a model, measured now where it is not known; for any thread.

    A model whose process dies of it keeps the plain one, and is not measured again.

    Raises:
        Cancelled: as asked. XaiError: what the model raises.
    """
    with access.model(source, patient=True) as held:
        pace = found.of(key)  # another session may have been faster
        if pace is None:
            try:
                pace = held.worker.pace(inputs, cancel=cancel or access.cancel)
            except WorkerError as error:
                if error.code != "closed":
                    found.remember(key, Pace())
                raise
            found.remember(key, pace)
        return pace


def key_for(source: Source) -> str:
    """What an open model's pace is remembered by; for the script."""
    card = backend.opened(source).card
    return key_of(card.sha256, source.options, backend.spec_of(source).shape, card.device)
