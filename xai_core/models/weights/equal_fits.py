"""What is said where weights fit several architectures equally."""

from __future__ import annotations

from collections.abc import Sequence

from xai_core.base.finding import Finding
from xai_core.models.weights.index.entry import Entry

SHOWN = 4


def equal_fits(taken: Entry, alike: Sequence[Entry]) -> tuple[Finding, ...]:
    """Which others there are, and whether they would compute the same."""
    if not alike:
        return ()
    other = [one.name for one in alike if one.parts != taken.parts]
    same = [one.name for one in alike if one.name not in other]
    pictures = any(one.picture != taken.picture for one in alike)
    says = [f"{taken.name} was taken."]
    if same:
        says.append(f"{_listed(same)} would compute the same.")
    if other:
        says.append(f"{_listed(other)} would compute something else with these tensors.")
    if pictures:
        says.append("Not all want their pictures prepared alike.")
    return (
        Finding(
            "architecture-ambiguous",
            "warning" if other else "info",
            f"The weights fit {len(alike) + 1} architectures equally. {' '.join(says)}",
            "If it is another one, name it (`--architecture`).",
        ),
    )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
