"""What a session holds of what is computed beside its maps: controls, further seeds, noise."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from components.session.jobs.state import JobState
from xai_core.attribution.inputs.result import InputMap
from xai_core.attribution.noise.rule import NoiseLevel
from xai_core.runs.sanity import Controls
from xai_core.scores.seeds import SeedScores


@dataclass
class ControlState(JobState[Controls]):
    """Maps beside those of a run.

    Attributes:
        made: with that run's digest. digest: of the job's run.
        sought: id of the kept run beside which they were looked for last.
    """

    made: tuple[str, Controls] | None = None
    digest: str = ""
    sought: str | None = None


@dataclass
class SeedState(JobState[SeedScores]):
    """The maps of a run by further seeds. digest: of the job's run."""

    digest: str = ""


@dataclass
class NoiseState(JobState[NoiseLevel]):
    """How much noise models bear.

    Attributes:
        found: what was measured, by what it was measured on. asked: the key of the job's.
        pictures: names of the photos to measure on; None takes the chosen one. classes: the true
            class of a photo, where a person gave it.
    """

    found: dict[Hashable, NoiseLevel] = field(default_factory=dict)
    asked: Hashable = None
    pictures: list[str] | None = None
    classes: dict[str, int] = field(default_factory=dict)


@dataclass
class InputsState(JobState[dict[str, tuple[InputMap, ...] | str]]):
    """Maps of every input of a model of several pictures.

    Attributes:
        found: maps, or why there are none, by method. asked: what they are of.
        asking: the same of the job.
    """

    found: dict[str, tuple[InputMap, ...] | str] = field(default_factory=dict)
    asked: Hashable = None
    asking: Hashable = None
