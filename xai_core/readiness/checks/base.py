"""What a readiness check is, and the case that all of them work on.

Checks run in the order of `order`. Each looks at what those before it established, adds findings
and evidence to the case, and never raises for something that is wrong with the model.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from xai_core.attribution.capabilities import Layer
from xai_core.base.finding import Finding, Severity
from xai_core.base.registry import Registry
from xai_core.readiness.steps import Step

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.base.target import Asked
    from xai_core.pictures.preprocessing import InputSpec
    from xai_core.readiness.setting.score import Score

ENDS: tuple[tuple[Step, int], ...] = (("run", 30), ("gradient", 40))  # by order; the rest is proof


class TimeUp(Exception):  # noqa: N818 - it is an outcome, not an error
    """The case's time is over; raised between steps and turned into a finding."""


@dataclass
class Clock:
    """The time that a case may take, in seconds.

    tell: called at every look; it may raise `Cancelled`, which stops the case between two passes.
    """

    limit: float
    start: float = field(default_factory=time.monotonic)
    tell: Callable[[], None] | None = None

    @property
    def left(self) -> float:
        """Seconds until the limit; below 0 after it."""
        return self.limit - (time.monotonic() - self.start)

    def look(self) -> None:
        """Raises `TimeUp` where the limit has passed, and what `tell` raises."""
        if self.tell is not None:
            self.tell()
        if self.left < 0:
            raise TimeUp


@dataclass
class Case:
    """One model under assessment, borrowed and in eval mode.

    Attributes:
        module: the model, or a predictor that has no gradient.
        spec: how pictures become inputs, where the file says so.
        predicts_only: the format has no gradient at all.
        readable: the loader says that inner layers can be relied on.
        explained: the loader has named what stops the gradient.
        unfinished: its own proof ran out of time, so that nothing is known of the gradient.
        given: the caller's inputs, one tensor `[1, C, H, W]` each. target: the caller's.
        names: of the classes, where they are known.
        inputs: what is run: given ones first. Filled by the forward check.
        outputs: what came of each, the entry that holds the score. ends_in: what gives it.
        score: the scalar that is explained. None until the forward check found one.
        layers, rectifiers: what was seen in the forward pass.
        gradient: of the score at the first of `inputs` that has a usable one; None if none has.
        symptom: code of what is wrong with the gradient; None where it is there.
        tried: whether the gradient agrees with finite differences at the last point, by group of
            directions; None where that could not be judged.
        suspect: where the gradient is wrong: module (maybe a copy), point, direction, step.
        missing: derivative along that direction that the gradient lacks.
        proven: the gradient agrees with finite differences.
        stopped: the model does not run, so nothing else can be established.
        seconds: that passes took which a check had to make anyway, by the name of their evidence.
    """

    module: nn.Module
    clock: Clock
    spec: InputSpec | None = None
    predicts_only: bool = False
    readable: bool = True
    explained: bool = False
    unfinished: bool = False
    given: list[Tensor] = field(default_factory=list)
    target: Asked = None
    names: tuple[str, ...] | None = None
    inputs: list[Tensor] = field(default_factory=list)
    outputs: list[Tensor] = field(default_factory=list)
    ends_in: str = ""
    score: Score | None = None
    output_shape: tuple[int, ...] | None = None
    layers: list[Layer] = field(default_factory=list)
    rectifiers: dict[str, int] = field(default_factory=dict)
    gradient: Tensor | None = None
    at: Tensor | None = None
    symptom: str | None = None
    tried: dict[str, bool | None] = field(default_factory=dict)
    suspect: tuple[nn.Module, Tensor, Tensor, float] | None = None
    missing: float = 0.0
    proven: bool = False
    finite: bool = False
    stopped: bool = False
    findings: list[Finding] = field(default_factory=list)
    evidence: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=dict)

    @property
    def labels(self) -> int | None:
        """How many names of classes are known."""
        return len(self.names) if self.names else None

    def add(
        self,
        code: str,
        severity: Severity,
        message: str,
        hint: str = "",
        where: str | None = None,
        layer: str | None = None,
    ) -> None:
        """Add a finding."""
        self.findings.append(Finding(code, severity, message, hint, where, layer))

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Note how long the block takes, if it ends well."""
        import torch

        start = time.perf_counter()
        yield
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        self.seconds.setdefault(name, []).append(time.perf_counter() - start)


class Check(ABC):
    """One thing that a verdict establishes. `order`: lower runs first.

    basic: it is what every verdict tells, a pass or a few; it runs although the time is over.
    """

    name: ClassVar[str]
    order: ClassVar[int] = 100
    basic: ClassVar[bool] = False

    @property
    def step(self) -> Step:
        """The step of opening a model that the check belongs to."""
        return next((step for step, end in ENDS if self.order < end), "proof")

    @abstractmethod
    def run(self, case: Case) -> None:
        """Look, and add findings and evidence. May raise `TimeUp`."""


CHECKS: Registry[Check] = Registry("xai_core.readiness.checks", "check")


def step_of(done: int) -> Step:
    """The step that runs once `done` checks are over, whatever number a process sends."""
    checks = list(CHECKS)
    return checks[min(max(done, 0), len(checks) - 1)].step
