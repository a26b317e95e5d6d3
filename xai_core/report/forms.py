"""The forms in which a run is handed on, by the suffix of their files."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from xai_core.base.errors import InputError
from xai_core.report.pair.subject import PairSubject
from xai_core.report.study.subject import StudySubject
from xai_core.report.subject import Subject

Form = Literal["png", "svg", "html", "zip"]
Shared: TypeAlias = Subject | StudySubject | PairSubject
"""What is handed on."""
MIMES: dict[str, str] = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "html": "text/html",
    "zip": "application/zip",
}


def render(subject: Shared, form: str, theme: str = "light") -> bytes:
    """The bytes of one form. `theme`: `light` or `dark`, of pictures.

    Raises:
        InputError: there is no such form.
    """
    if form not in MIMES:
        raise InputError(
            f"A run is written as {', '.join(get_args(Form))}, not as {form!r}.",
            "Give --out a name that ends in one of them.",
        )
    if isinstance(subject, StudySubject):
        return _of_study(subject, form, theme)
    if isinstance(subject, PairSubject):
        return _of_pair(subject, form, theme)
    return _of_run(subject, form, theme)


def _of_run(subject: Subject, form: str, theme: str) -> bytes:
    from xai_core.report import card, files, html

    if form == "html":
        return html.html(subject)
    if form == "zip":
        return files.zipped(subject)
    return card.png(subject, theme) if form == "png" else card.svg(subject, theme)


def _of_pair(subject: PairSubject, form: str, theme: str) -> bytes:
    from xai_core.report.pair import card, files, page

    if form == "html":
        return page.html_of(subject)
    if form == "zip":
        return files.zipped(subject)
    return card.png(subject, theme) if form == "png" else card.svg(subject, theme)


def _of_study(subject: StudySubject, form: str, theme: str) -> bytes:
    from xai_core.report.study import card, files, page

    if form == "html":
        return page.html_of(subject)
    if form == "zip":
        return files.zipped(subject)
    return card.png(subject, theme) if form == "png" else card.svg(subject, theme)
