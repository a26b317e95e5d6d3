"""The report of a study: its ranking over all pictures with its statistics, at every quantile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from xai_core.attribution.methods.base import METHODS, title_of
from xai_core.base.text import html as escape
from xai_core.base.text import html_lines
from xai_core.report import html, page
from xai_core.report.small_print import citation
from xai_core.report.study import code, figure, metrics, small_print
from xai_core.report.study.subject import StudySubject
from xai_core.scores.bootstrap import FEW
from xai_core.scores.paired import Comparison, too_close
from xai_core.scores.statistics import Statistics, agreement, headline

MOST = 24  # pictures of one pair
FOLDER = Path(__file__).parent


def html_of(subject: StudySubject) -> bytes:
    """The file; every text from a file or a model is escaped."""
    study = subject.study
    count = f"{len(study.pictures)} pictures"
    measured = tuple(metrics.parts(subject))
    facts = (study.model, count, study.target_label, f"baseline quantile {subject.quantile:.2f}")
    parts = (
        f"<h1>{escape(subject.headline)}</h1>",
        page.paragraph(" · ".join(facts), "faint"),
        page.note(subject.note),
        page.section("Mean Complexity at every quantile", figure.means(subject)),
        page.section("Ranking over all pictures", _slider(subject), *_steps(subject)),
        page.bullets(small_print.STATISTICS),
        *([page.section("Further metrics", *measured)] if measured else []),
        page.section("Can the model be explained?", *html.verdict_parts(subject.verdict)),
        page.section("Methods", _methods(subject)),
        page.section("Pictures", _pictures(subject)),
        page.section("How it was computed", page.bullets(small_print.lines(subject))),
        page.section(
            "Repeat it",
            "<details><summary>As a script</summary>"
            f"<pre>{html_lines(code.script(subject))}</pre></details>",
        ),
        page.origin(subject.link),
    )
    styles = "\n".join((_text("study.css"), *_thumbnails(subject)))
    scripts = f"<script>\n{_text('study.js')}</script>"
    return page.page(subject.headline, "\n".join(parts), style=styles, scripts=scripts)


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _slider(subject: StudySubject) -> str:
    steps = subject.steps
    at = steps.index(subject.quantile)
    return (
        '<div class="slide" hidden><label for="quantile">Baseline quantile</label>'
        f'<input id="quantile" type="range" min="0" max="{len(steps) - 1}" value="{at}">'
        f'<output id="told">{subject.quantile:.2f}</output></div>'
    )


def _steps(subject: StudySubject) -> Iterator[str]:
    for quantile in subject.steps:
        shown = "" if quantile == subject.quantile else " hidden"
        place = f'data-quantile="{quantile:.2f}" data-x="{figure.x_of(quantile):.1f}"'
        yield f"<div {place}{shown}>{''.join(_step(subject, quantile))}</div>"


def _step(subject: StudySubject, quantile: float) -> Iterator[str]:
    here = subject.at(quantile)
    yield page.paragraph(headline(subject.names, here, quantile) + ".")
    if doubt := too_close(here.neighbours, subject.names):
        yield page.paragraph(f"{doubt[0]}. {doubt[1]}")
    yield _means(subject, here)
    done = subject.study.table.done
    if 1 < done < FEW:
        yield page.paragraph(
            f"With fewer than {FEW} pictures the intervals are too narrow.", "faint"
        )
    if here.places.left_out:
        yield page.paragraph(
            f"Places and W leave out {here.places.left_out} of {len(here.scores)} pictures, on "
            "which a method has no score.",
            "faint",
        )
    yield page.paragraph(" ".join(agreement(here.concordance)))
    if here.neighbours:
        yield "<h3>Neighbours in the order of means</h3>" + _neighbours(subject, here)
    for pair in here.neighbours:
        yield _reversed(subject, here, pair)


def _means(subject: StudySubject, here: Statistics) -> str:
    head = ("Place", "Method", "Mean (nats)", "95 % interval", "Mean raw", "Pictures", "Places")
    places = [f"{place + 1}." for place in range(len(subject.names))]
    rows: list[tuple[object, ...]] = []
    raw = subject.study.table.raw
    for place, column in enumerate(here.order):
        low, high = here.means.low[column], here.means.high[column]
        shares = here.places.shares[column]
        told = ", ".join(
            f"{name} {share:.0%}" for name, share in zip(places, shares, strict=True) if share > 0
        )
        rows.append(
            (
                place + 1,
                subject.names[column],
                f"{here.means.mean[column]:.4f}",
                f"{low:.4f} to {high:.4f}" if np.isfinite(low) else "–",
                f"{np.nanmean(raw[:, column]):.4f}" if np.isfinite(raw[:, column]).any() else "–",
                here.means.pictures[column],
                told or "–",
            )
        )
    never = [column for column in range(len(subject.names)) if column not in here.order]
    rows += [("–", subject.names[column], "no score", "–", "–", 0, "–") for column in never]
    return page.table(head, rows)


def _neighbours(subject: StudySubject, here: Statistics) -> str:
    head = ("Lower", "Higher", "Difference", "95 % interval", "p", "p (Holm)", "Effect")
    rows = [
        (
            subject.names[one.front],
            subject.names[one.back],
            f"{one.difference:.4f}",
            f"{one.low:.4f} to {one.high:.4f}" if np.isfinite(one.low) else "–",
            _number(one.p),
            _number(one.adjusted),
            f"{one.effect:.2f}" if np.isfinite(one.effect) else "–",
            f"{len(one.reversed_on)} of {one.pictures}",
        )
        for one in here.neighbours
    ]
    return page.table((*head, "Reversed on"), rows)


def _reversed(subject: StudySubject, here: Statistics, pair: Comparison) -> str:
    if not pair.reversed_on:
        return ""
    front, back = subject.names[pair.front], subject.names[pair.back]
    told = f"{back} is below {front} on {len(pair.reversed_on)} of {pair.pictures} pictures"
    tiles = []
    for row in pair.reversed_on[:MOST]:
        gap = here.scores[row, pair.front] - here.scores[row, pair.back]
        name = escape(subject.study.pictures[row].name)
        there = f'class="p{row}"' if row in subject.study.thumbnails else ""
        tiles.append(
            f'<span class="tile"><b {there} role="img" aria-label="{name}"></b>{name}<br>'
            f"by {gap:.3f} nats</span>"
        )
    more = len(pair.reversed_on) - MOST
    rest = page.paragraph(f"And {more} more.") if more > 0 else ""
    return f"<h3>{escape(told)}</h3>{''.join(tiles)}{rest}"


def _thumbnails(subject: StudySubject) -> Iterator[str]:
    """Each picture once, as a style, however often it is shown."""
    used = {
        row
        for quantile in subject.steps
        for pair in subject.at(quantile).neighbours
        for row in pair.reversed_on[:MOST]
    }
    for row in sorted(used & set(subject.study.thumbnails)):
        yield f".p{row} {{ background-image: url({page.jpeg(subject.study.thumbnails[row])}); }}"


def _methods(subject: StudySubject) -> str:
    rows = []
    for name, given in subject.study.methods.items():
        told = ", ".join([*(f"{key} {value}" for key, value in given.items()), _seed(subject)])
        summary = METHODS[name].summary if name in METHODS else ""
        rows.append((title_of(name), summary, told, citation(name)))
    return page.table(("Method", "What it shows", "Parameters", "Source"), rows)


def _seed(subject: StudySubject) -> str:
    return f"seed {subject.study.seed}"


def _pictures(subject: StudySubject) -> str:
    study = subject.study
    rows = []
    for row, one in enumerate(study.pictures):
        target = "–" if one.target is None else one.target
        scores = [_score(value) for value in subject.here.scores[row]]
        rows.append((one.name, target, *scores, one.sha256[:12]))
    head = ("Picture", "Class", *subject.names, "SHA-256")
    causes = [
        f"{study.pictures[row].name}, {subject.names[column]}: {why}"
        for (row, column), why in study.table.causes.items()
    ]
    refused = [f"{name}: {why}" for name, why in study.refused.items()]
    told = f"Complexity at q = {subject.quantile:.2f} of {len(rows)} pictures"
    return (
        f"<details><summary>{told}</summary>{page.table(head, rows)}</details>"
        + (f"<h3>Maps without a score</h3>{page.bullets(causes)}" if causes else "")
        + (f"<h3>Files that are left out</h3>{page.bullets(refused)}" if refused else "")
    )


def _score(value: float) -> str:
    return f"{value:.4f}" if np.isfinite(value) else "no score"


def _number(value: float) -> str:
    if np.isnan(value):
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
