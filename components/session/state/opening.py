"""A model on its way, as a session holds it: what is opened, how far it is, what was before."""

from __future__ import annotations

import time
from collections.abc import Hashable
from dataclasses import dataclass, field

from components.session.jobs.state import JobState
from components.session.state.sources import Pending, Source
from xai_core.base.errors import XaiError
from xai_core.base.target import Target
from xai_core.readiness.result import Verdict
from xai_core.readiness.steps import STEPS, Step


@dataclass(frozen=True)
class Opened:
    """A model that runs.

    Attributes:
        source: with the size on which it did. verdict: None where not asked. question: a hash of
            all that the verdict depends on.
    """

    source: Source
    verdict: Verdict | None
    question: str = ""


@dataclass(frozen=True)
class Judged:
    """A verdict of an earlier server. question: as in `Opened`."""

    verdict: Verdict
    question: str


@dataclass(frozen=True)
class Choice:
    """What is explained: the titles, the file behind the model, and the target."""

    title: str
    photo: str
    source: Source
    target: int | Target | None


class Steps:
    """When each step began. Written by the thread that opens, read by pages."""

    def __init__(self) -> None:
        self.began: dict[Step, float] = {}
        self._start = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since it was asked for."""
        return time.monotonic() - self._start

    @property
    def now(self) -> Step | None:
        """The step that runs; None before the first one."""
        return max(self.began, key=STEPS.index, default=None)

    def enter(self, step: Step) -> None:
        """A step begins; one that began already, or is over, goes on."""
        if self.now is None or STEPS.index(step) > STEPS.index(self.now):
            self.began[step] = time.monotonic()

    def seconds(self, step: Step) -> float | None:
        """How long a step took, or has taken so far; None where nothing tells."""
        if step not in self.began:
            return None
        later = [since for since in self.began.values() if since > self.began[step]]
        return min(later, default=time.monotonic()) - self.began[step]


@dataclass
class OpeningState(JobState[Opened]):
    """The model that is being opened.

    Attributes:
        title, photo: what it is and what it runs on. steps: how far it is.
        new: it is offered for the first time, and not at all where it cannot be opened.
        stood: what had its title before.
        second: it is to be the second one of two models, and not chosen.
        proven: its verdict is asked for. pending: the form that it came from.
        before: what was chosen when it began. last: what was chosen and open last.
        refusal: why the last one could not be opened. refused: its name.
        declined: what is not opened by itself again, because somebody stopped it or it failed.
        count: of the ways to a model that were taken: each leaves a closed form behind.
    """

    title: str = ""
    photo: str = ""
    steps: Steps = field(default_factory=Steps)
    new: bool = False
    stood: Source | None = None
    second: bool = False
    proven: bool = True
    pending: Pending | None = None
    before: Choice | None = None
    last: Choice | None = None
    refusal: XaiError | None = None
    refused: str = ""
    declined: Hashable = None
    count: int = 0
