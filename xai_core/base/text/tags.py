"""HTML that shows a text as it is."""

from __future__ import annotations

from html import escape

from xai_core.base.text.lines import one_line, printable


def html(text: object) -> str:
    """HTML that shows the text, also within an attribute."""
    return escape(one_line(text))


def html_lines(text: str) -> str:
    """As `html`, for a `<pre>`: lines stay lines."""
    return "\n".join(escape(printable(line)) for line in text.split("\n"))
