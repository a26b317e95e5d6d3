"""What two readiness verdicts differ in."""

from __future__ import annotations

from dataclasses import dataclass

from xai_core.base.finding import Finding
from xai_core.readiness.result import Level, Verdict


@dataclass(frozen=True)
class VerdictDifference:
    """Two verdicts, side by side.

    Attributes:
        levels: of the first and of the second.
        only_first, only_second: findings whose code the other verdict does not have: lines and
            layers are named otherwise in an export.
        lost: methods that only the first model has, with the reason why the second has not.
        gained: methods that only the second has, with the reason why the first has not.
    """

    levels: tuple[Level, Level]
    only_first: tuple[Finding, ...]
    only_second: tuple[Finding, ...]
    lost: dict[str, str]
    gained: dict[str, str]

    @property
    def same(self) -> bool:
        """Whether level, findings and methods are the same."""
        parts = (self.only_first, self.only_second, self.lost, self.gained)
        return self.levels[0] == self.levels[1] and not any(parts)


def verdict_difference(first: Verdict, second: Verdict) -> VerdictDifference:
    """Of two verdicts on one picture."""
    return VerdictDifference(
        (first.level, second.level),
        _beyond(first, second),
        _beyond(second, first),
        _missing(first, second),
        _missing(second, first),
    )


def _beyond(one: Verdict, other: Verdict) -> tuple[Finding, ...]:
    codes = {finding.code for finding in other.findings}
    return tuple(finding for finding in one.findings if finding.code not in codes)


def _missing(one: Verdict, other: Verdict) -> dict[str, str]:
    """Methods that `one` has and `other` has not, with the reason."""
    found = {}
    for name, availability in one.methods.items():
        there = other.methods.get(name)
        if availability.available and not (there and there.available):
            found[name] = (there.reason if there else None) or "It was not checked."
    return found
