"""The page that a browser loads, and its connection: whose they are, our own styles and scripts.

The browser has a random cookie that no script can read; a tab has a name that stays in the tab
(`scripts/tab.js`). Only both together lead to a workspace, and neither stands in an address that
people copy: the tab's name goes along with the connection alone, and becomes a header here.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping, MutableMapping
from functools import cache
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from components.serving import styles

Message = MutableMapping[str, Any]
Pairs = list[tuple[bytes, bytes]]

COOKIE, TAB_HEADER = "pedestal", "x-pedestal-tab"
NAME = re.compile(r"[A-Za-z0-9_-]{32}")  # 192 random bits: of a browser, and of a tab
STREAM = "/_stcore/stream"
SCRIPTS = ("history.js", "tab.js", "scroll.js", "theme.js")
YEAR = 365 * 24 * 3600
# Of a request: an answer that is changed here is asked for whole, plain and each time.
UNASKED = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
# Of an answer that is changed.
STALE = (b"content-length", b"etag", b"last-modified", b"accept-ranges")


@cache
def scripts() -> tuple[bytes, ...]:
    """Our own scripts, which run before Streamlit's."""
    folder = Path(__file__).with_name("scripts")
    return tuple((folder / name).read_bytes() for name in SCRIPTS)


@cache
def hashes() -> tuple[str, ...]:
    """What a policy allows them by."""
    digests = (base64.b64encode(hashlib.sha256(one).digest()).decode() for one in scripts())
    return tuple(f"'sha256-{one}'" for one in digests)


def is_page(scope: Message, given: Mapping[str, str]) -> bool:
    """Whether a browser asks for a page to show."""
    return scope.get("method") == "GET" and "text/html" in given.get("accept", "")


def asked_plainly(scope: Message) -> Message:
    """The same request for a page as it is on the disk."""
    kept = [pair for pair in scope.get("headers", ()) if pair[0].lower() not in UNASKED]
    return {**scope, "headers": kept}


def named(scope: Message) -> Message:
    """The connection with its tab's name as a header; one that the client sent itself is none."""
    header = TAB_HEADER.encode()
    kept = [pair for pair in scope.get("headers", ()) if pair[0].lower() != header]
    if scope["path"].endswith(STREAM):
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"), max_num_fields=8)
        name = query.get("tab", [""])[0]
        if NAME.fullmatch(name):
            kept.append((header, name.encode()))
    return {**scope, "headers": kept}


class Document:
    """One answer that may be a page: its head waits for its body, which gets the scripts."""

    def __init__(self, scope: Message, given: Mapping[str, str]) -> None:
        self._cookie = _cookie(scope, given)
        self._head: Message | None = None
        self._body = b""

    def take(self, message: Message) -> list[Message]:
        """What is to be sent now in place of a message."""
        if message["type"] == "http.response.start":
            if message["status"] != 200 or not _is_html(message.get("headers", ())):
                return [message]
            self._head = message
            return []
        if self._head is None:
            return [message]
        self._body += message.get("body", b"")
        return [] if message.get("more_body") else self._whole()

    def _whole(self) -> list[Message]:
        head, self._head = self._head or {}, None
        added = b"<style>" + styles.sheet() + b"</style>"
        added += b"".join(b"<script>" + one + b"</script>" for one in scripts())
        body = self._body.replace(b"<head>", b"<head>" + added, 1)
        kept: Pairs = [pair for pair in head["headers"] if pair[0].lower() not in STALE]
        kept += [
            (b"content-length", str(len(body)).encode()),
            (b"set-cookie", self._cookie.encode()),
        ]
        return [{**head, "headers": kept}, {"type": "http.response.body", "body": body}]


def _is_html(headers: Pairs) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/html")
        for name, value in headers
    )


def _cookie(scope: Message, given: Mapping[str, str]) -> str:
    """The browser's own again, so that it lasts, or a new one."""
    scheme = given.get("x-forwarded-proto", str(scope.get("scheme", "")))
    safe = "; Secure" if scheme.strip().lower().startswith("https") else ""
    name = browser_in(given.get("cookie", "")) or secrets.token_urlsafe(24)
    # Lax: who comes by a link from elsewhere is still the same browser.
    return f"{COOKIE}={name}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Lax{safe}"


def browser_in(cookies: str) -> str | None:
    """The browser's name in a `Cookie` header, where it is one."""
    try:
        found = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return None
    return found.value if found is not None and NAME.fullmatch(found.value) else None
