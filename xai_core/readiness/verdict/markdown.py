"""The verdict as a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from xai_core.base.finding import Finding
from xai_core.base.text import inside_code, markdown
from xai_core.readiness.result import Verdict

SIGNS = {
    "ready": "✅",
    "input-gradients": "🔷",
    "unproven": "⏳",
    "inference-only": "⚠️",
    "rejected": "⛔",
}
SEVERITIES = ("error", "warning", "info")


def to_markdown(verdict: Verdict) -> str:
    """Level, sentence and findings; the method matrix and the figures unfold.

    Text that comes from the model (names, source lines) is escaped.
    """
    return "\n".join(_lines(verdict)) + "\n"


def _lines(verdict: Verdict) -> Iterator[str]:
    yield f"### {SIGNS[verdict.level]} {_text(verdict.file)}: `{inside_code(verdict.level)}`"
    yield ""
    yield _text(verdict.summary)
    for finding in sorted(verdict.findings, key=lambda one: SEVERITIES.index(one.severity)):
        yield ""
        yield from _finding(finding)
    yield ""
    yield "<details><summary>Methods</summary>"
    yield ""
    yield "| methods | available | why not |"
    yield "|---|---|---|"
    available = [name for name, one in verdict.methods.items() if one.available]
    if available:
        yield f"| {_text(', '.join(available))} | yes |  |"
    for reason, names in verdict.refusals.items():
        yield f"| {_text(', '.join(names))} | no | {_text(reason)} |"
    yield ""
    yield "</details>"
    yield ""
    yield "<details><summary>Evidence</summary>"
    yield ""
    for name, value in verdict.evidence.items():
        if isinstance(value, int | float | str):
            told = f"{value:.6g}" if isinstance(value, float) else value
            yield f"- {_text(name)}: {_text(told)}"
    yield ""
    yield "</details>"


def _finding(finding: Finding) -> Iterator[str]:
    places = [finding.where, finding.layer and f"layer {finding.layer}"]
    place = ", ".join(_text(place) for place in places if place)
    yield f"- **{inside_code(finding.severity)}: `{inside_code(finding.code)}`**" + (
        f" at {place}" if place else ""
    )
    yield f"  {_text(finding.message)} {_text(finding.hint)}".rstrip()


def _text(text: object) -> str:
    return markdown(text, code=False)
