"""What checks established: each thing once, with all the places where it was seen."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from components.session import problem, text
from xai_core.base.finding import Finding
from xai_core.readiness.result import Verdict
from xai_core.readiness.verdict.level import LOCATED

SEVERITIES = ("error", "warning", "info")
ICONS = {
    "error": ":red[:material/error:]",
    "warning": ":orange[:material/warning:]",
    "info": ":gray[:material/info:]",
}
Places = tuple[str, ...]


def grouped(findings: Iterable[Finding]) -> list[tuple[Finding, Places]]:
    """Those that say the same as one, with all their places; errors first."""
    found: dict[tuple[str, str, str], tuple[Finding, Places]] = {}
    for one in findings:
        key = (one.severity, one.message, one.hint)
        first, places = found.get(key, (one, ()))
        place = " · ".join(part for part in (one.where, one.layer) if part)
        found[key] = (first, (*places, place) if place and place not in places else places)
    return sorted(found.values(), key=lambda pair: SEVERITIES.index(pair[0].severity))


def unsaid(message: str, said: str) -> str:
    """A message without its first sentence, where that stands in `said` already."""
    place = LOCATED.match(message)
    body = message[place.end() :] if place else message
    first, _, rest = body.partition(". ")
    if first.rstrip(".").lower() not in said.lower():
        return message
    return f"{place[0].removesuffix(': ')}. {rest}".strip() if place else rest


def show(finding: Finding, places: Places, *, said: str = "") -> None:
    """Draw one. said: what stands above it, which is not said again."""
    message = unsaid(finding.message, said)
    at = ", ".join(f"`{text.code(place)}`" for place in places)
    named = f":small[`{text.code(finding.code)}`{' at ' if at else ''}{at}]"
    told = [problem.plain(one) for one in (message, finding.hint) if one]
    st.markdown(f"{ICONS[finding.severity]} " + "  \n".join([*told, named]))


def decisive(verdict: Verdict) -> tuple[Finding, Places] | None:
    """The reason that the verdict's sentence names, with its places; None where all is well."""
    pairs = grouped(one for one in verdict.findings if one.severity == "error")
    named = (one for one in pairs if unsaid(one[0].message, verdict.summary) != one[0].message)
    return next(named, pairs[0] if pairs else None)


def others(verdict: Verdict) -> list[tuple[Finding, Places]]:
    """All but that one."""
    first = decisive(verdict)
    return [one for one in grouped(verdict.findings) if one != first]


def show_others(verdict: Verdict) -> None:
    """Draw them."""
    pairs = others(verdict)
    if not pairs:
        st.caption("Nothing else was found.")
    for finding, places in pairs:
        show(finding, places)
