"""Mean Complexity with its interval over all quantiles, as an SVG in the colours of its page."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xai_core.base.text import html as escape
from xai_core.maps.theme import PALETTE
from xai_core.report.study.subject import StudySubject
from xai_core.studies.entry import QUANTILES

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 960, 360, 48, 40, 10, 10


def means(subject: StudySubject) -> str:
    """The figure and its key; `#here` is the line at the quantile."""
    values = [*subject.bands.low.ravel(), *subject.bands.high.ravel(), *subject.bands.mean.ravel()]
    known = np.array(values)[np.isfinite(values)]
    if not known.size:
        return ""
    low, high = float(known.min()), float(known.max())
    margin = 0.03 * (high - low or 1.0)
    span = (low - margin, high + margin)
    drawn = [_grid(span)]
    key = []
    for column, name in enumerate(subject.names):
        colour = PALETTE[column % len(PALETTE)]
        drawn += _curve(subject, column, name, colour, span)
        key.append(f'<span><i style="background:{colour}"></i>{escape(name)}</span>')
    x = x_of(subject.quantile)
    drawn.append(
        f'<line id="here" class="here" x1="{x:.1f}" x2="{x:.1f}" '
        f'y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
    )
    return (
        f'<figure><svg class="means" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-label="Mean Complexity with its interval at every quantile">'
        f'{"".join(drawn)}</svg><figcaption class="key">{"".join(key)}</figcaption></figure>'
    )


def x_of(quantile: float) -> float:
    """Where a quantile is in the figure."""
    return LEFT + quantile * (WIDTH - LEFT - RIGHT)


def _y(value: float, span: tuple[float, float]) -> float:
    share = (value - span[0]) / (span[1] - span[0])
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)


def _grid(span: tuple[float, float]) -> str:
    """Lines at tenths, and at five round values."""
    drawn = []
    for tenth in range(11):
        x = x_of(tenth / 10)
        drawn.append(
            f'<line class="line" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">'
            f"{tenth / 10:g}</text>"
        )
    step = _step((span[1] - span[0]) / 5)
    for value in np.arange(np.ceil(span[0] / step) * step, span[1], step):
        y = _y(float(value), span)
        drawn.append(
            f'<line class="line" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.4g}</text>'
        )
    name = "baseline quantile; mean Complexity in nats, with its 95 % interval"
    drawn.append(f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 6}" text-anchor="end">{name}</text>')
    return "".join(drawn)


def _step(rough: float) -> float:
    unit = 10 ** np.floor(np.log10(rough))
    return float(next(times * unit for times in (1, 2, 5, 10) if times * unit >= rough))


def _curve(
    subject: StudySubject, column: int, name: str, colour: str, span: tuple[float, float]
) -> Iterator[str]:
    found = subject.bands
    known = np.isfinite(found.low[column])
    there, back = (_points(one[column][known], known, span) for one in (found.low, found.high))
    edge = " ".join([*there, *back[::-1]])
    yield f'<polygon class="band" fill="{colour}" points="{edge}"/>'
    known = np.isfinite(found.mean[column])
    line = " ".join(_points(found.mean[column][known], known, span))
    yield (
        f'<polyline class="mean" stroke="{colour}" points="{line}">'
        f"<title>{escape(name)}</title></polyline>"
    )


def _points(values: np.ndarray, known: np.ndarray, span: tuple[float, float]) -> list[str]:
    pairs = zip(QUANTILES[known], values, strict=True)
    return [f"{x_of(quantile):.1f},{_y(value, span):.1f}" for quantile, value in pairs]
