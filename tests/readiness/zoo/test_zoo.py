"""Each model of the zoo gets the level, code and line that it must get."""

from __future__ import annotations

import pytest
from torch import nn

from tests.dose import dose
from tests.readiness.zoo.all import ZOO, Specimen
from xai_core.readiness import assess
from xai_core.readiness.result import Verdict

NAMES = [specimen.name for specimen in ZOO]


def check(specimen: Specimen, verdict: Verdict) -> None:
    codes = {finding.code for finding in verdict.findings}
    assert verdict.level == specimen.level, (verdict.summary, verdict.findings)
    errors = [finding for finding in verdict.findings if finding.severity == "error"]
    assert bool(errors) == (verdict.level != "ready")
    if specimen.code is None:
        serious = [one for one in verdict.findings if one.severity != "info"]
        assert not [one for one in serious if one.code != "untrained"], "which they are"
        return
    assert specimen.code in codes
    found = [one for one in verdict.findings if one.code == specimen.code]
    if specimen.where is not None:
        assert specimen.where in {one.where for one in found}, verdict.evidence.get("cuts")
        assert specimen.where == errors[0].where
    if specimen.layer is not None:
        assert specimen.layer in {one.layer for one in found}


@pytest.mark.parametrize(
    ("specimen", "small"),
    [(one, place % dose(4, 1) > 0) for place, one in enumerate(ZOO)],  # else as it finds them
    ids=NAMES,
)
def test_verdict(specimen: Specimen, small: bool, zoo_table: list[tuple[str, ...]]) -> None:
    verdict = assess(specimen.build(), specimen.small if small else None)
    first = next((one for one in verdict.findings if one.severity == "error"), None)
    zoo_table.append(
        (
            specimen.name,
            verdict.level,
            first.code if first else "",
            (first.where or first.layer or "") if first else "",
        )
    )
    check(specimen, verdict)


class Wrapped(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x)


@pytest.mark.parametrize("specimen", dose(ZOO[::3], ZOO), ids=lambda one: one.name)
def test_verdict_does_not_change_when_wrapped_or_with_other_weights(specimen: Specimen) -> None:
    verdict = assess(Wrapped(specimen.build(seed=1)), dose(specimen.small, None))
    assert verdict.level == specimen.level, verdict.findings
    assert specimen.code is None or specimen.code in {one.code for one in verdict.findings}
    if specimen.where is not None:
        assert specimen.where in {one.where for one in verdict.findings}


def test_the_zoo_is_large() -> None:
    assert len(ZOO) >= 40
    assert sum(specimen.level == "ready" for specimen in ZOO) >= 15
