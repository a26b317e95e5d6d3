"""What a study measured beside the score: methods by metrics, the best of each column marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from xai_core.base.text import html as escape
from xai_core.report import page
from xai_core.report.study.subject import StudySubject
from xai_core.scores.statistics import Statistics, statistics
from xai_core.studies.figures.measured import asked_metric, lower, place_of

ARROWS = {"lower": "↓", "higher": "↑"}
MOST = 20  # reasons that are told
LEGEND = (
    "Means over the pictures that have a figure, with 95 % intervals as above; n says how many "
    "these are. ↓ lower is better, ↑ higher is better, ★ is the best mean of a column. They stay "
    "as they are wherever the slider stands."
)


def parts(subject: StudySubject) -> Iterator[str]:
    """The table, what each metric is, and why figures are missing; nothing without metrics."""
    figures = subject.study.table.figures
    if not figures:
        return
    names = sorted(figures, key=place_of)
    yield _table(subject, names)
    yield page.paragraph(LEGEND, "faint")
    told = page.bullets(filter(None, map(_definition, names)))
    yield f"<details><summary>What these metrics are</summary>{told}</details>"
    reasons = Counter((metric, why) for (_, _, metric), why in subject.study.table.reasons.items())
    if reasons:
        yield "<h3>Figures that are missing</h3>"
        yield page.bullets(
            f"{_title(metric)}, {maps} {'map' if maps == 1 else 'maps'}: {why}"
            for (metric, why), maps in reasons.most_common(MOST)
        )
    if len(reasons) > MOST:
        yield page.paragraph(f"And {len(reasons) - MOST} more causes.")


def _table(subject: StudySubject, names: list[str]) -> str:
    figures = subject.study.table.figures
    columns = [_column(one, statistics(figures[one], lower(one))) for one in names]
    head = "".join(f"<th>{_head(one)}</th>" for one in names)
    rows = "".join(
        f"<tr><td>{escape(method)}</td>{''.join(column[row] for column in columns)}</tr>"
        for row, method in enumerate(subject.names)
    )
    return (
        f'<div class="wide"><table class="metrics"><thead><tr><th>Method</th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _column(metric: str, found: Statistics) -> list[str]:
    """The cells of a metric, by method."""
    means, order = found.means, list(found.order)
    told = len(order) > 1 and asked_metric(metric) is not None
    best = means.mean[order[0]] if told else None
    cells = []
    for row in range(len(means.mean)):
        if not np.isfinite(means.mean[row]):
            cells.append("<td>–</td>")
            continue
        star, marked = ("★ ", ' class="best"') if means.mean[row] == best else ("", "")
        sure = f"{_number(means.low[row])} to {_number(means.high[row])}, "
        beside = f"{sure if np.isfinite(means.low[row]) else ''}n {int(means.pictures[row])}"
        cells.append(
            f"<td{marked}>{star}{_number(means.mean[row])}<br><small>{beside}</small></td>"
        )
    return cells


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _head(metric: str) -> str:
    asked = asked_metric(metric)
    if asked is None:
        return escape(metric)
    arrow = ARROWS[asked.plugin.direction]
    return f"{escape(asked.title)} {arrow}<br><small>{escape(asked.where)}</small>"


def _title(metric: str) -> str:
    asked = asked_metric(metric)
    return metric if asked is None else f"{asked.title}, {asked.where}"


def _definition(metric: str) -> str:
    asked = asked_metric(metric)
    if asked is None:
        return ""
    return f"{asked.title}: {asked.plugin.definition} {asked.plugin.citation}."
