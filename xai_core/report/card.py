"""The result card: photo, maps before and after, histograms, ranking and small print, on a slide.

Drawn by matplotlib's object interface, never pyplot, which is not safe in threads. The same
run gives the same bytes.
"""

from __future__ import annotations

import io
import re
import textwrap
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from xai_core.attribution.methods.base import title_of
from xai_core.base.text import one_line
from xai_core.maps.theme import FONT, STYLES, Style, colour_of
from xai_core.report import columns, imprint, small_print, stamp
from xai_core.report.subject import Subject, headline

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.PngImagePlugin import PngInfo

WIDTH, HEIGHT, DPI = 16.0, 9.0, 120  # inches: 1920 × 1080 pixels
MOST = 6  # methods with maps; the ranking has all
BODY = (0.215, 0.865)  # bottom and top of what lies between title and small print
PRINT = 0.18  # the top of that
_drawing = threading.Lock()  # matplotlib's settings are the whole process's


def png(subject: Subject, theme: str = "light") -> bytes:
    """1920 × 1080 pixels, with the stamp that brings the view back."""
    info = stamp.chunk(stamp.stamp_of(subject))
    return saved_png(lambda: drawn(subject, STYLES[theme]), STYLES[theme], info)


def svg(subject: Subject, theme: str = "light") -> bytes:
    """Text as outlines, pictures inside: it refers to nothing outside."""
    return saved_svg(lambda: drawn(subject, STYLES[theme]), STYLES[theme])


def saved_png(draw: Callable[[], Figure], style: Style, info: PngInfo | None = None) -> bytes:
    """A card as a PNG. `draw` is called with the settings of the style."""
    buffer = io.BytesIO()
    with _settings(style):
        draw().savefig(buffer, format="png", dpi=DPI, pil_kwargs={"pnginfo": info})
    return buffer.getvalue()


def saved_svg(draw: Callable[[], Figure], style: Style) -> bytes:
    """A card as an SVG."""
    buffer = io.BytesIO()
    with _settings(style):
        draw().savefig(buffer, format="svg", metadata={"Date": None, "Creator": "Pedestal"})
    return re.sub(rb"<!DOCTYPE[^>]*>\n?", b"", buffer.getvalue(), count=1)


def blank(style: Style) -> Figure:
    """A slide with nothing on it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI, facecolor=style.background)
    FigureCanvasAgg(figure)
    return figure


def drawn(subject: Subject, style: Style) -> Figure:
    """The card as a figure."""
    figure = blank(style)
    run = subject.run
    said = headline(subject)
    figure.text(0.02, 0.945, short(said.sentence, 88), size=18, weight="bold")
    facts = (short(run.model, 60), short(run.picture, 40), short(run.target_label, 40))
    margin = "" if said.margin is None else f"margin {said.margin} nats"
    told = " · ".join(filter(None, (*facts, f"baseline quantile {subject.quantile:.2f}", margin)))
    figure.text(0.02, 0.905, told, size=13, color=style.faint)
    _photo(figure, subject)
    _ranking(figure, subject, style)
    columns.draw(figure, subject, subject.methods[:MOST], style, (0.27, *BODY))
    _print_small(figure, subject, style)
    return figure


def _photo(figure: Figure, subject: Subject) -> None:
    axes = figure.add_axes((0.02, 0.565, 0.21, 0.3))
    axes.imshow(subject.photo)
    axes.set_axis_off()
    axes.set_anchor("NW")


def _ranking(figure: Figure, subject: Subject, style: Style) -> None:
    axes = figure.add_axes((0.02, BODY[0], 0.21, 0.32))
    axes.set_axis_off()
    entries = subject.after.entries
    rows = max(6, len(entries) + len(subject.run.failures) + 1)
    axes.set(xlim=(0, 1), ylim=(rows, 0))
    axes.text(0, 0.4, "Complexity (nats), raw → after", size=11, weight="bold")
    heights = {entry.name: place + 1.5 for place, entry in enumerate(subject.raw.entries)}
    size = 11 if rows <= 9 else 9
    for place, entry in enumerate(entries):
        colour, at = colour_of(subject.methods, entry.name), place + 1.5
        was = next(one for one in subject.raw.entries if one.name == entry.name)
        raw = f"{was.score:.3f}" if was.place else "–"
        axes.text(0, heights[entry.name], raw, size=size, va="center")
        axes.plot((0.2, 0.34), (heights[entry.name], at), color=colour, lw=2.5, marker="o")
        after = f"{entry.place}. {entry.score:.3f}" if entry.place else "–  none"
        told = f"{after}  {short(title_of(entry.name), 20)}"
        axes.text(0.38, at, told, size=size, va="center", weight="bold" if place == 0 else "normal")
    for place, name in enumerate(subject.run.failures):
        told = f"No map: {short(title_of(name), 30)}"
        axes.text(0, len(entries) + place + 1.5, told, size=9, va="center", color=style.faint)


def _print_small(figure: Figure, subject: Subject, style: Style) -> None:
    told = [imprint.origin(subject.link), *small_print.lines(subject)]
    if len(subject.methods) > MOST:
        told.insert(1, f"Maps of {MOST} of {len(subject.methods)} methods; all are ranked.")
    print_small(figure, told, style, imprint.draw(figure, subject.note, style, PRINT))


def print_small(figure: Figure, lines: Sequence[str], style: Style, top: float) -> None:
    """Lines of small print, wrapped, as many as there is room for."""
    for size, width in ((8.5, 225), (7.5, 255), (6.5, 295)):  # as large as all of it fits
        told = [line for one in lines for line in textwrap.wrap(one_line(one), width)]
        most = int(top * HEIGHT * 72 / (1.42 * size))
        if len(told) <= most:
            break
    if len(told) > most:
        told = [
            *told[: most - 1],
            "… The report has the rest.",
        ]
    figure.text(
        0.02, top, "\n".join(told), size=size, color=style.faint, va="top", linespacing=1.35
    )


@contextmanager
def _settings(style: Style) -> Iterator[None]:
    """matplotlib's own defaults: what a user configured must not change the picture."""
    import matplotlib.style

    ours: dict[str, Any] = {
        "font.family": FONT,
        "svg.hashsalt": "pedestal",
        "text.parse_math": False,  # names come from users; a `$` is a `$`
        **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color"), style.text),
        **dict.fromkeys(("ytick.color", "axes.edgecolor"), style.text),
        "axes.facecolor": style.background,
        "savefig.facecolor": style.background,
    }
    with _drawing, matplotlib.style.context(["default", ours]):
        yield


def short(text: str, most: int) -> str:
    """At most so many signs."""
    whole = one_line(text)
    return whole if len(whole) <= most else whole[: most - 1] + "…"
