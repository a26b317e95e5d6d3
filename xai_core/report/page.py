"""A page that holds all that it shows: light or dark as its reader likes, always light on paper."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from string import Template

import numpy as np
from PIL import Image

from xai_core.base.text import html as escape
from xai_core.maps.colours import png_bytes, png_url
from xai_core.maps.theme import STYLES, Style
from xai_core.report import imprint

_FOLDER = Path(__file__).parent


def page(title: str, body: str, *, style: str = "", scripts: str = "") -> bytes:
    """The file. `body`, `style` and `scripts` are taken as they are; `title` is escaped."""
    template = Template((_FOLDER / "page.html").read_text(encoding="utf-8"))
    plain = (_FOLDER / "page.css").read_text(encoding="utf-8")
    whole = "\n".join((_themes(), style, plain))
    given = {"title": escape(title), "style": whole, "body": body, "scripts": scripts}
    return template.substitute(given).encode()


def section(title: str, *parts: str) -> str:
    """A heading and what stands below it."""
    return f"<h2>{escape(title)}</h2>\n" + "\n".join(parts)


def table(head: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """Every cell is escaped."""

    def line(cells: Iterable[object], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(str(c))}</{tag}>" for c in cells) + "</tr>"

    body = "".join(line(row, "td") for row in rows)
    head_row = f"<thead>{line(head, 'th')}</thead>"
    return f'<div class="wide"><table>{head_row}<tbody>{body}</tbody></table></div>'


def paragraph(text: str, kind: str = "") -> str:
    """Escaped. `kind`: a class of the style sheet."""
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def note(text: str) -> str:
    """What the sender says; nothing where nothing was said."""
    told = imprint.note_of(text)
    return paragraph(told, "note") if told else ""


def origin(link: str) -> str:
    """The last line: the product, and the address of the view."""
    return paragraph(imprint.origin(link), "faint origin")


def bullets(texts: Iterable[str]) -> str:
    """A list; every text is escaped."""
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"


def picture(data: bytes | np.ndarray, text: str, kind: str = "") -> str:
    """A picture: the bytes of a PNG file, or uint8 pixels."""
    source = png_url(png_bytes(data) if isinstance(data, np.ndarray) else data)
    return f'<img class="{kind}" src="{source}" alt="{escape(text)}">'


def jpeg(pixels: np.ndarray) -> str:
    """Uint8 pixels as the address of a small picture."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def _themes() -> str:
    """Dark on a screen alone: as the reader's system is set, or as the button says."""
    light, dark = (_variables(STYLES[name]) for name in ("light", "dark"))
    return (
        f":root {{ color-scheme: light; {light} }}\n"
        "@media screen {\n"
        f":root[data-theme=dark] {{ color-scheme: dark; {dark} }}\n"
        "@media (prefers-color-scheme: dark) {"
        f" :root:not([data-theme=light]) {{ color-scheme: dark; {dark} }} }}\n}}"
    )


def _variables(style: Style) -> str:
    found: Mapping[str, str] = {
        "--st-text-color": style.text,
        "--st-background-color": style.background,
        "--st-secondary-background-color": style.panel,
        "--st-border-color": style.line,
        "--st-primary-color": style.accent,
        "--st-font": "system-ui, sans-serif",
        "--faint-text": style.faint,
    }
    return " ".join(f"{name}: {value};" for name, value in found.items())
