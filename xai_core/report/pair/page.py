"""The report of two models: the picture of all, tables, verdicts, and how it was computed."""

from __future__ import annotations

from xai_core.attribution.methods.base import title_of
from xai_core.base.text import html as escape
from xai_core.report import html, page
from xai_core.report.pair import card
from xai_core.report.pair.subject import NAMES, PairSubject, likeness


def html_of(subject: PairSubject) -> bytes:
    """The file; every text from a file or a model is escaped."""
    pair = subject.pair
    alike = [
        (title_of(name), likeness(found), f"{found.largest:.3f}")
        for name, found in subject.maps.items()
    ]
    parts = [
        f"<h1>{escape(subject.headline)}</h1>",
        page.paragraph(" · ".join(subject.facts), "faint"),
        page.note(subject.note),
        page.picture(card.png(subject), "Both models' maps and their difference", "whole"),
        page.section("Top classes", page.table(("Class", *NAMES), subject.rows())),
        page.section("Maps", page.table(("Method", "Likeness", "Largest difference"), alike)),
    ]
    for name, side in zip(NAMES, (pair.first, pair.second), strict=True):
        heading = f"Can {name} be explained?"
        parts.append(page.section(heading, *html.verdict_parts(side.verdict)))
    parts.append(page.section("How it was computed", page.bullets(subject.lines())))
    parts.append(page.origin(subject.link))
    return page.page(subject.headline, "\n".join(parts))
