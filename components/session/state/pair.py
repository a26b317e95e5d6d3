"""What a session holds of the comparison of two models."""

from __future__ import annotations

from dataclasses import dataclass

from components.session.jobs.state import JobState
from xai_core.compare.comparison import ModelPair


@dataclass
class PairState(JobState[ModelPair]):
    """Two models on one picture. The first is the session's chosen one.

    Attributes:
        second: title of the other model; None before one is chosen.
        own_class: each model's own top class is explained, not the first one's in both.
        pair: the result on screen. asked: a hash of what it was asked with.
        job_asked: what the job was asked with.
        unkept: why the results are on screen, but not kept as runs.
        ids: of the two kept runs on screen. job_ids: of those that the job has kept.
        opened: the pair on screen came by its link. addressed: the ids in the address.
    """

    second: str | None = None
    own_class: bool = False
    pair: ModelPair | None = None
    asked: str | None = None
    job_asked: str | None = None
    unkept: str | None = None
    ids: tuple[str, str] | None = None
    job_ids: tuple[str, str] | None = None
    opened: bool = False
    addressed: tuple[str, str] | None = None
