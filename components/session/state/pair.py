"""What a session holds of the comparison of two models."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from components.session.jobs.job import Job
from components.session.jobs.queue import QueuePosition
from xai_core.compare.comparison import ModelPair


@dataclass
class PairState:
    """Two models on one picture. The first is the session's chosen one.

    Attributes:
        second: title of the other model; None before one is chosen.
        own_class: each model's own top class is explained, not the first one's in both.
        pair: the result on screen. asked: what it was asked with.
        job: what is being computed. job_asked: with what. turn: how many go before it.
        failure: why the last computation gave nothing. stopped: it was cancelled.
        unkept: why the results are on screen, but not kept as runs.
    """

    second: str | None = None
    own_class: bool = False
    pair: ModelPair | None = None
    asked: Hashable = None
    job: Job[ModelPair] | None = None
    job_asked: Hashable = None
    turn: QueuePosition = field(default_factory=QueuePosition)
    failure: str | None = None
    stopped: bool = False
    unkept: str | None = None
