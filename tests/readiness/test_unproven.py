"""What runs out of time is not proven yet; it is not refuted. No test waits for a clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readiness.nets import small
from tests.readiness.test_assess import PICTURE
from xai_core import assess
from xai_core.base.errors import WorkerError
from xai_core.base.finding import Finding
from xai_core.readiness import rejected, to_json, to_markdown
from xai_core.readiness.checks.base import Clock, TimeUp
from xai_core.readiness.result import Verdict
from xai_core.readiness.verdict.level import level_of


class Ticks(Clock):
    """Time is over after some looks at it."""

    def __init__(self, looks: int) -> None:
        super().__init__(60.0)
        self.looks = looks

    @property
    def left(self) -> float:
        return 1.0 if self.looks > 0 else -1.0

    def look(self) -> None:
        self.looks -= 1
        if self.looks < 0:
            raise TimeUp


def judged(monkeypatch: pytest.MonkeyPatch, looks: int) -> Verdict:
    monkeypatch.setattr("xai_core.readiness.verdict.assessment.Clock", lambda _: Ticks(looks))
    return assess(small(), PICTURE)


def test_without_any_time_it_is_known_that_the_gradient_is_there() -> None:
    verdict = assess(small(), PICTURE, time_limit=0)
    assert verdict.level == "unproven"
    (error,) = (one for one in verdict.findings if one.severity == "error")
    assert error.code == "time-limit"
    assert "--time-limit" in error.hint
    whole = assess(small(), PICTURE)
    name = "input_gradient_norm"
    assert verdict.evidence[name] == whole.evidence[name] > 0
    assert f"{whole.evidence[name]:.3g}" in error.message
    assert verdict.evidence["proof"] == {"groups_tried": 0, "groups_agreed": 0}
    assert verdict.methods == whole.methods


def test_every_number_of_looks_at_the_clock_ends_unproven_or_proven(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proofs = []
    for looks in range(40):
        verdict = judged(monkeypatch, looks)
        if verdict.level == "ready":
            break
        assert verdict.level == "unproven"
        assert verdict.summary.startswith("Not proven yet: ")
        assert verdict.methods["saliency"].available
        proofs.append(verdict.evidence["proof"]["groups_agreed"])
    assert verdict.level == "ready"
    assert proofs == sorted(proofs)
    assert proofs[-1] >= 1


def test_time_that_ends_after_the_proof_takes_nothing_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = next(n for n in range(40) if judged(monkeypatch, n).level == "ready")
    verdict = judged(monkeypatch, looks)
    assert {one.severity for one in verdict.findings if one.code == "time-limit"} <= {"warning"}


def test_a_refuted_gradient_stays_refuted_without_time() -> None:
    from torch import Tensor, nn

    class Detached(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = small()

        def forward(self, x: Tensor) -> Tensor:
            return self.net(x.detach())

    verdict = assess(Detached(), PICTURE, time_limit=0)
    assert verdict.level == "inference-only"
    assert "time-limit" in {one.code for one in verdict.findings if one.severity == "warning"}


def test_a_failing_input_is_rejected_without_time() -> None:
    assert assess(small(channels=1), PICTURE, time_limit=0).level == "rejected"


@pytest.mark.parametrize(
    ("codes", "level"),
    [
        (("time-limit",), "unproven"),
        (("time-limit", "layers-hidden"), "unproven"),
        (("time-limit", "converted-unverified"), "unproven"),
        (("converted-unverified",), "inference-only"),
        (("time-limit", "zero-gradient"), "inference-only"),
        (("time-limit", "random-output"), "inference-only"),
        (("time-limit", "forward-failed"), "rejected"),
        (("layers-hidden",), "input-gradients"),
    ],
)
def test_the_level_of_what_is_late(codes: tuple[str, ...], level: str) -> None:
    findings = [Finding(code, "error", "It is so.") for code in codes]
    assert level_of(findings) == level
    assert level_of(findings[::-1]) == level


def test_a_process_that_was_stopped_is_no_rejection(tmp_path: Path) -> None:
    file = tmp_path / "slow.pt"
    file.write_bytes(b"PK")
    late = rejected(file, WorkerError("It took longer than the limit.", code="time-limit"))
    assert late.level == "unproven"
    assert not any(one.available for one in late.methods.values())
    dead = rejected(file, WorkerError("It died.", code="crashed"))
    assert dead.level == "rejected"


def test_the_level_is_told_on_every_form() -> None:
    verdict = assess(small(), PICTURE, time_limit=0)
    assert to_json(verdict)["level"] == "unproven"
    assert to_markdown(verdict).startswith("### ⏳")
    assert "unproven" in verdict._repr_html_()
