"""The report: one HTML file with all in it, that asks no network for anything."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template

from PIL import Image

from xai_core.methods.base import METHODS, title_of
from xai_core.ranking import Ranking, ceiling
from xai_core.report import charts, code, sentences, small_print
from xai_core.report.subject import Subject, headline
from xai_core.types import Finding, Verdict

TEMPLATE = Path(__file__).with_name("report.html")


def html(subject: Subject) -> bytes:
    """The report; every text from a file or a model is escaped."""
    from plotly.offline import get_plotlyjs

    run = subject.run
    facts = (run.model, run.picture, run.target_label, f"baseline quantile {subject.quantile:g}")
    told = {
        "headline": escape(headline(subject)),
        "facts": escape(" · ".join(facts)),
        "photo": _photo(subject),
        "plotly": get_plotlyjs(),
        "bench": _plot(charts.bench(subject), "bench") if subject.methods else "No map.",
        "histograms": _plot(charts.histograms(subject), "histograms") if subject.methods else "",
        "ranking": _ranking(subject),
        "sentences": _list(sentences.of(subject)),
        "verdict": _verdict(subject.verdict),
        "methods": _methods(subject),
        "provenance": _list(small_print.lines(subject)),
        "commands": escape("\n".join(code.commands(subject))),
        "script": escape(code.script(subject)),
    }
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(told).encode()


def _plot(figure: object, name: str) -> str:
    import plotly.io

    given = {"full_html": False, "include_plotlyjs": False, "config": charts.CONFIG}
    text: str = plotly.io.to_html(figure, div_id=name, **given)
    return text


def _photo(subject: Subject) -> str:
    buffer = io.BytesIO()
    Image.fromarray(subject.photo).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


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
    rows += [("–", title_of(name), "", "–", "", "", why) for name, why in _failures(subject)]
    head = ("Place", "Method", "After removal", "Place raw", "Raw", "exp(H)/N", "Note")
    top = ceiling(subject.quantile, subject.pixels)
    note = f"Lower is more focused. After removal no map, not even noise, exceeds {top:.3f} nats."
    return _table(head, rows) + f"<p class='faint'>{escape(note)}</p>"


def _number(ranking: Ranking, name: str) -> str:
    entry = next(one for one in ranking.entries if one.name == name)
    return f"{entry.score:.4f}" if entry.place else "no score"


def _failures(subject: Subject) -> list[tuple[str, str]]:
    return list(subject.run.failures.items())


def _verdict(verdict: Verdict | None) -> str:
    if verdict is None:
        return "<p>The readiness of the model was not checked for this run.</p>"
    head = ("Severity", "Code", "Finding", "Where")
    rows = [_finding(one) for one in verdict.findings]
    proof = [
        (name.replace("_", " "), _brief(value))
        for name, value in verdict.evidence.items()
        if value is not None
    ]
    return (
        f"<p><b>{escape(verdict.level)}</b>: {escape(verdict.summary)}</p>"
        + (_table(head, rows) if rows else "<p>No findings.</p>")
        + "<h3>Proof</h3>"
        + _table(("Evidence", "Value"), proof)
    )


def _finding(one: Finding) -> tuple[str, str, str, str]:
    where = " · ".join(part for part in (one.where, one.layer) if part)
    return one.severity, one.code, f"{one.message} {one.hint}", where


def _brief(value: object) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 200 else text[:199] + "…"


def _methods(subject: Subject) -> str:
    rows = []
    for name in subject.methods:
        one = subject.run.attributions[name]
        summary = METHODS[name].summary if name in METHODS else ""
        rows.append(
            (title_of(name), summary, small_print.settings(one), small_print.citation(name))
        )
    return _table(("Method", "What it shows", "Parameters", "Source"), rows)


def _table(head: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    def line(cells: Iterable[object], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(str(c))}</{tag}>" for c in cells) + "</tr>"

    return f"<table>{line(head, 'th')}{''.join(line(row, 'td') for row in rows)}</table>"


def _list(texts: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"
