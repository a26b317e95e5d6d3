"""A study on a slide: means with intervals, places, agreement, and the small print."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from xai_core.base.text import one_line
from xai_core.maps.theme import PALETTE, STYLES, Style
from xai_core.report import card, imprint
from xai_core.report.study import small_print, stamp
from xai_core.report.study.subject import StudySubject
from xai_core.scores.statistics import agreement
from xai_core.studies.entry import QUANTILES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 12  # methods by name; the report has all


def png(subject: StudySubject, theme: str = "light") -> bytes:
    """1920 × 1080 pixels, with the stamp that brings the study back."""
    info = stamp.chunk(subject)
    return card.saved_png(lambda: drawn(subject, STYLES[theme]), STYLES[theme], info)


def svg(subject: StudySubject, theme: str = "light") -> bytes:
    """It refers to nothing outside."""
    return card.saved_svg(lambda: drawn(subject, STYLES[theme]), STYLES[theme])


def drawn(subject: StudySubject, style: Style) -> Figure:
    """The card as a figure."""
    figure = card.blank(style)
    study = subject.study
    for line, text in enumerate(textwrap.wrap(one_line(subject.headline), 92)[:2]):
        figure.text(0.02, 0.945 - 0.045 * line, text, size=18, weight="bold")
    count = f"{len(study.pictures)} pictures"
    told = " · ".join((card.short(study.model, 70), count, study.target_label))
    figure.text(0.02, 0.855, told, size=13, color=style.faint)
    _curves(figure.add_axes((0.055, 0.29, 0.44, 0.5)), subject, style)
    _means(figure.add_axes((0.66, 0.55, 0.32, 0.24)), subject, style)
    _places(figure.add_axes((0.66, 0.29, 0.32, 0.17)), subject, style)
    _words(figure, subject, style)
    return figure


def _curves(axes: Axes, subject: StudySubject, style: Style) -> None:
    found = subject.bands
    for column, colour in _columns(subject):
        axes.plot(QUANTILES, found.mean[column], color=colour, lw=2.5)
        low, high = found.low[column], found.high[column]
        axes.fill_between(QUANTILES, low, high, color=colour, alpha=0.2, lw=0)
    axes.axvline(subject.quantile, color=style.faint, ls=":", lw=1.5)
    axes.set_xlim(0, 0.99)
    axes.set_xlabel("baseline quantile", size=11)
    axes.set_title("Mean Complexity (nats), 95 % interval", size=12, loc="left", weight="bold")
    axes.spines[["top", "right"]].set_visible(False)


def _means(axes: Axes, subject: StudySubject, style: Style) -> None:
    here = subject.here
    order = here.order[:MOST]
    for place, column in enumerate(order):
        mean, low, high = (
            one[column] for one in (here.means.mean, here.means.low, here.means.high)
        )
        if np.isfinite(low):
            axes.plot((low, high), (place, place), color=_colour(column), lw=4, alpha=0.5)
        axes.plot(mean, place, "o", color=_colour(column), ms=8)
        axes.annotate(
            f"{mean:.3f}", (mean, place), xytext=(0, 8), textcoords="offset points", size=10,
            ha="center",
        )  # fmt: skip
    _named(axes, subject, order)
    axes.margins(x=0.12)
    axes.set_ylim(len(order) - 0.4, -0.8)
    axes.tick_params(axis="x", labelsize=9)
    axes.set_title(f"Means at q = {subject.quantile:.2f}", size=12, loc="left", weight="bold")
    axes.spines[["top", "right", "left"]].set_visible(False)


def _places(axes: Axes, subject: StudySubject, style: Style) -> None:
    here = subject.here
    order = [column for column in here.order[:MOST] if here.places.compared[column]]
    axes.set_title("Share of pictures by place, first to last", size=12, loc="left", weight="bold")
    axes.spines[["top", "right", "left"]].set_visible(False)
    if not here.places.pictures or not order:
        axes.set(xticks=[], yticks=[])
        return
    for row, column in enumerate(order):
        left = 0.0
        for place, share in enumerate(here.places.shares[column][: len(subject.names)]):
            alpha = 1.0 - 0.8 * place / max(1, len(subject.names) - 1)
            axes.barh(row, share, left=left, color=_colour(column), alpha=alpha, height=0.7)
            left += share
    _named(axes, subject, order)
    axes.set(xlim=(0, 1), ylim=(len(order) - 0.4, -0.6))
    axes.set_xticks([0, 0.5, 1], ["0", "50 %", "100 %"], size=9)


def _words(figure: Figure, subject: StudySubject, style: Style) -> None:
    told = agreement(subject.here.concordance)
    for line, text in enumerate(textwrap.wrap(" ".join(told), 150)[:2]):
        figure.text(0.02, 0.2 - 0.025 * line, text, size=12)
    settings = (
        f"{name}: {', '.join(f'{key} {value}' for key, value in given.items()) or 'as defined'}"
        for name, given in zip(subject.names, subject.study.methods.values(), strict=True)
    )
    lines = [imprint.origin(subject.link), *small_print.lines(subject)]
    lines.append("; ".join((*settings, f"seed {subject.study.seed}")))
    card.print_small(figure, lines, style, imprint.draw(figure, subject.note, style, 0.14))


def _named(axes: Axes, subject: StudySubject, columns: tuple[int, ...] | list[int]) -> None:
    names = [card.short(subject.names[column], 24) for column in columns]
    axes.set_yticks(range(len(columns)), names, size=11 if len(columns) < 7 else 9)
    for label, column in zip(axes.get_yticklabels(), columns, strict=True):
        label.set_color(_colour(column))
        label.set_fontweight("bold")


def _columns(subject: StudySubject) -> list[tuple[int, str]]:
    return [(column, _colour(column)) for column in range(len(subject.names))]


def _colour(column: int) -> str:
    return PALETTE[column % len(PALETTE)]
