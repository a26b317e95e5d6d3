"""What a session holds of scales that go over several pictures."""

from __future__ import annotations

from dataclasses import dataclass, field

from components.session.jobs.state import JobState


@dataclass
class ScaleState(JobState[dict[str, str]]):
    """Pictures behind the scale of the heatmaps, by the first digits of their SHA-256.

    Attributes:
        group: pictures that share one scale, or are shown on it; None for those of the study.
        reference: good parts.
        job: computes their maps; gives why pictures were refused.
        at_once: start it without a click, once.
    """

    group: list[str] | None = None
    reference: list[str] = field(default_factory=list)
    at_once: bool = False
