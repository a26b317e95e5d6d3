"""The report: one HTML file with all in it, that asks no network for anything."""

from __future__ import annotations

import math

from xai_core.attribution.methods.base import METHODS, title_of
from xai_core.base.finding import Finding, by_reason
from xai_core.base.text import html as escape
from xai_core.base.text import html_lines
from xai_core.bench import styles
from xai_core.readiness.result import Verdict
from xai_core.report import bench, card, code, evidence, page, sentences, small_print
from xai_core.report.subject import Subject, headline
from xai_core.scores import localisation
from xai_core.scores.ranking import Ranking, ceiling


def html(subject: Subject) -> bytes:
    """The report; every text from a file or a model is escaped."""
    run = subject.run
    facts = (run.model, run.picture, run.target_label, f"baseline quantile {subject.quantile:g}")
    said = headline(subject)
    parts = (
        f"<h1>{escape(said.sentence)}</h1>",
        page.paragraph(said.detail),
        page.paragraph(" · ".join(facts), "faint"),
        page.note(subject.note),
        page.picture(subject.photo, "The picture as the model saw it", "photo"),
        page.section("Maps, and Complexity at every quantile", *_bench(subject)),
        page.section("Ranking", _ranking(subject), page.bullets(sentences.of(subject))),
        page.section("Can the model be explained?", *verdict_parts(subject.verdict)),
        page.section("Methods", _methods(subject)),
        page.section("How it was computed", page.bullets(small_print.lines(subject))),
        page.section(
            "Repeat it",
            "<pre>" + html_lines("\n".join(code.commands(subject))) + "</pre>",
            f"<details><summary>As a script</summary><pre>{html_lines(code.script(subject))}</pre>"
            "</details>",
        ),
        page.origin(subject.link),
    )
    scripts = bench.scripts(subject) if subject.methods else ""
    return page.page(said.sentence, "\n".join(parts), style=styles(), scripts=scripts)


def _bench(subject: Subject) -> tuple[str, ...]:
    if not subject.methods:
        return (page.paragraph("The run has no map."),)
    still = page.picture(card.png(subject), "The result as a picture")
    return (
        page.paragraph(
            "Move the slider: the value of each map at the quantile is subtracted, and what falls "
            "below zero is zero."
        ),
        f"<noscript>{still}</noscript>",
        bench.PLACE,
    )


def _ranking(subject: Subject) -> str:
    raw = {entry.name: entry for entry in subject.raw.entries}
    rows = [
        (
            entry.place or "–",
            title_of(entry.name),
            _number(subject.after, entry.name),
            raw[entry.name].place or "–",
            _number(subject.raw, entry.name),
            f"{entry.effective_share:.1%}" if entry.effective_share else "",
            entry.cause or "",
        )
        for entry in subject.after.entries
    ]
    rows += [("–", names, "", "–", "", "", why) for names, why in _failures(subject)]
    head = ("Place", "Method", "After removal", "Place raw", "Raw", "exp(H)/N", "Note")
    top = ceiling(subject.quantile, subject.pixels)
    note = f"Lower is more focused. After removal no map, not even noise, exceeds {top:.3f} nats."
    return page.table(head, rows) + page.paragraph(note, "faint") + _localised(subject)


def _localised(subject: Subject) -> str:
    """How much of each map lies where it should, where that is known."""
    if not subject.localisations:
        return ""
    rows = [
        (title_of(name), *(_share(value) for value in (one.mass_after, one.mass_raw, one.rank)))
        for name, one in subject.localisations.items()
        if name in subject.methods
    ]
    head = ("Method", "Mass after removal", "Mass raw", "Rank accuracy")
    told = f"{localisation.MASS} {localisation.RANK} {localisation.CITATION}."
    return (
        "<h3>Localisation: what should light up is known</h3>"
        + page.table(head, rows)
        + page.paragraph(told, "faint")
    )


def _share(value: float) -> str:
    return f"{value:.1%}" if math.isfinite(value) else "not defined"


def _number(ranking: Ranking, name: str) -> str:
    entry = next(one for one in ranking.entries if one.name == name)
    return f"{entry.score:.4f}" if entry.place else "no score"


def _failures(subject: Subject) -> list[tuple[str, str]]:
    """Titles of methods without a map, and the reason that they share."""
    shared = by_reason(subject.run.failures)
    return [(", ".join(map(title_of, names)), why) for why, names in shared.items()]


def verdict_parts(verdict: Verdict | None) -> tuple[str, ...]:
    """The level, the findings, and the evidence that they rest on."""
    if verdict is None:
        return (page.paragraph("The readiness of the model was not checked for this run."),)
    rows = [_finding(one) for one in verdict.findings]
    found = page.table(("Severity", "Code", "Finding", "Where"), rows)
    return (
        f"<p><b>{escape(verdict.level)}</b>: {escape(verdict.summary)}</p>",
        found if rows else page.paragraph("No findings."),
        "<h3>Proof</h3>",
        page.table(("Evidence", "Value"), evidence.lines(verdict)),
    )


def _finding(one: Finding) -> tuple[str, str, str, str]:
    where = " · ".join(part for part in (one.where, one.layer) if part)
    return one.severity, one.code, f"{one.message} {one.hint}", where


def _methods(subject: Subject) -> str:
    rows = []
    for name in subject.methods:
        one = subject.run.attributions[name]
        summary = METHODS[name].summary if name in METHODS else ""
        rows.append(
            (title_of(name), summary, small_print.settings(one), small_print.citation(name))
        )
    return page.table(("Method", "What it shows", "Parameters", "Source"), rows)
