"""What a session holds of scales that go over several pictures."""

from __future__ import annotations

from dataclasses import dataclass, field

from components.session.jobs.job import Job
from components.session.jobs.queue import QueuePosition


@dataclass
class ScaleState:
    """Pictures behind the scale of the heatmaps, by the first digits of their SHA-256.

    Attributes:
        group: pictures that share one scale, or are shown on it; None for those of the study.
        reference: good parts.
        job: computes their maps; gives why pictures were refused. turn: how many go before it.
        at_once: start it without a click, once.
        failure, stopped: why the last one ended early.
    """

    group: list[str] | None = None
    reference: list[str] = field(default_factory=list)
    job: Job[dict[str, str]] | None = None
    turn: QueuePosition = field(default_factory=QueuePosition)
    at_once: bool = False
    failure: str | None = None
    stopped: bool = False
