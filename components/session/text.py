"""The one way of a text from a model, a file, a visitor or a worker onto a page.

Streamlit reads nearly every text as Markdown: labels, captions, help, titles of tabs and cells of
tables too. A test walks the tree and refuses what reaches the screen without `plain`.
"""

from __future__ import annotations

from collections.abc import Iterable

from xai_core.attribution.methods import base
from xai_core.base.text import inside_code, markdown


def plain(text: object) -> str:
    """Text as text, on one line, but for `code` between single backticks."""
    return markdown(text)


def listed(texts: Iterable[object]) -> str:
    """Several, with commas between."""
    return ", ".join(map(plain, texts))


def title_of(method: str) -> str:
    """A method's title; a kept run may name methods of its own."""
    return markdown(base.title_of(method))


def code(text: object) -> str:
    """For between two backticks."""
    return inside_code(text)


def size(numbers: Iterable[object]) -> str:
    """A shape, as 1 × 3 × 224 × 224."""
    return plain(" × ".join(map(str, numbers)))


def counted(count: int, noun: str, many: str = "") -> str:
    """A number with its noun: 1 picture, 1,000 pictures. many: where an s is not enough."""
    return plain(f"{count:,d} {noun if count == 1 else many or f'{noun}s'}")


def file_size(count: int) -> str:
    """A number of bytes in plain words: 43 kB, 1.2 MB, 500 MB."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            number = count / size
            return f"{number:.1f} {unit}" if number < 10 else f"{number:,.0f} {unit}"
    return "1 byte" if count == 1 else f"{count:d} bytes"
