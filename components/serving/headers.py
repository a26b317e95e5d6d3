"""The headers of every answer: what a page may load, and from where.

Nothing but the server itself, and what a page holds already (`data:`, `blob:`): were a text read as
a picture or a link after all, the browser would fetch nothing from elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit

from components.serving import document

_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
OWN, HELD = "'self'", "data: blob:"


@cache
def policy() -> str:
    """The Content-Security-Policy of the dashboard."""
    rules = {
        "default-src": "'none'",
        # Components of Streamlit are modules that the page makes; plotly compiles its formats.
        "script-src": " ".join((OWN, "blob:", *_inline(), *document.hashes())),
        "style-src": f"{OWN} 'unsafe-inline' {HELD}",  # Streamlit's own styles are inline
        "img-src": f"{OWN} {HELD}",
        "font-src": f"{OWN} {HELD}",
        "media-src": f"{OWN} {HELD}",
        "connect-src": f"{OWN} {HELD}",
        "worker-src": f"{OWN} blob:",
        "manifest-src": OWN,
        "frame-src": OWN,
        "object-src": "'none'",
        "base-uri": OWN,
        "form-action": OWN,
        "frame-ancestors": OWN,
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


def headers() -> tuple[tuple[bytes, bytes], ...]:
    """By name; those that an answer has already are replaced."""
    return (
        (b"content-security-policy", policy().encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
        (b"x-dns-prefetch-control", b"off"),
    )


def _inline() -> list[str]:
    """The hash of each script that stands in Streamlit's page itself."""
    page = Path(streamlit.__file__).with_name("static") / "index.html"
    found = _SCRIPT.findall(page.read_bytes()) if page.is_file() else []
    digests = (base64.b64encode(hashlib.sha256(one).digest()).decode() for one in found)
    return [f"'sha256-{one}'" for one in digests]
