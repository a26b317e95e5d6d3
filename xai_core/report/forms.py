"""The forms in which a run is handed on, by the suffix of their files."""

from __future__ import annotations

from typing import Literal, get_args

from xai_core.errors import InputError
from xai_core.report.subject import Subject

Form = Literal["png", "svg", "html", "zip"]
MIMES: dict[str, str] = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "html": "text/html",
    "zip": "application/zip",
}


def render(subject: Subject, form: str, theme: str = "light") -> bytes:
    """The bytes of one form. `theme`: `light` or `dark`, of pictures.

    Raises:
        InputError: there is no such form.
    """
    if form == "png" or form == "svg":
        from xai_core.report import card

        return card.png(subject, theme) if form == "png" else card.svg(subject, theme)
    if form == "html":
        from xai_core.report.html import html

        return html(subject)
    if form == "zip":
        from xai_core.report.files import zipped

        return zipped(subject)
    raise InputError(
        f"A run is written as {', '.join(get_args(Form))}, not as {form!r}.",
        "Give --out a name that ends in one of them.",
    )
