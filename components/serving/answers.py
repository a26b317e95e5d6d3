"""Between the network and Streamlit: what may be asked from elsewhere, and what answers carry."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

from components.serving import document
from components.serving.headers import headers
from components.serving.machine import at_the_machine, forwarded, is_local, loops

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

INNER = "_stcore"
# What a browser needs; all else under `_stcore`, such as its metrics, is the machine's own.
FOR_ALL = {"health", "host-config", "stream", "upload_file", "bidi-components"}
NO_HOST = (
    "A proxy on this machine forwards requests for %s without saying so. Let it set the headers "
    "Host, X-Forwarded-For and X-Forwarded-Proto; `check-access` tests it."
)
_log = logging.getLogger("pedestal")


class Answers:
    """An ASGI middleware around the whole server. app: what answers."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._told = False

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request or connection."""
        kind = scope["type"]
        if kind not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        given = _given(scope)
        self._notice(scope, given)
        if inner(scope["path"]) and not _own(scope, given):
            await (_refuse(send) if kind == "http" else _close(receive, send))
            return

        page = None
        if kind == "websocket":
            scope = document.named(scope)
        elif document.is_page(scope, given):
            scope, page = document.asked_plainly(scope), document.Document(scope, given)

        async def sent(message: Message) -> None:
            for one in [message] if page is None else page.take(message):
                if one["type"] in ("http.response.start", "websocket.http.response.start"):
                    one["headers"] = _with_ours(one.get("headers", ()))
                await send(one)

        await self._app(scope, receive, sent)

    def _notice(self, scope: Message, given: dict[str, str]) -> None:
        """Say once that a proxy hides whom it speaks for, as an honest browser's origin tells."""
        origin = given.get("origin", "").partition("://")[2]
        host = given.get("host", "")
        hides = loops(_address(scope)) and is_local(host or "localhost") and not forwarded(given)
        if hides and origin and not is_local(origin) and not self._told:
            self._told = True
            _log.warning(NO_HOST, "another host than localhost")


def inner(path: str) -> bool:
    """Whether a path asks for something that only this machine may ask for, however it is spelt."""
    for _ in range(8):
        decoded = unquote(path, errors="replace")
        if decoded == path:
            break
        path = decoded
    words = [word for word in path.replace("\\", "/").casefold().split("/") if word.strip(". ")]
    dotted = any(not word.strip(". ") and word.strip() for word in path.split("/"))
    named = [place for place, word in enumerate(words) if word.partition(";")[0] == INNER]
    if not named:
        return False
    asked = words[named[-1] + 1 :]
    return dotted or "%" in path or len(named) > 1 or not asked or asked[0] not in FOR_ALL


def _own(scope: Message, given: dict[str, str]) -> bool:
    address = _address(scope)
    return address is not None and at_the_machine(address, given)


def _address(scope: Message) -> str | None:
    client = scope.get("client")
    return str(client[0]) if client else None


def _given(scope: Message) -> dict[str, str]:
    pairs = scope.get("headers", ())
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}


def _with_ours(given: Any) -> list[tuple[bytes, bytes]]:
    ours = headers()
    names = {name for name, _ in ours}
    return [*((name, value) for name, value in given if name.lower() not in names), *ours]


async def _refuse(send: Send) -> None:
    head = [(b"content-type", b"text/plain; charset=utf-8"), *headers()]
    await send({"type": "http.response.start", "status": 404, "headers": head})
    await send({"type": "http.response.body", "body": b"Not found"})


async def _close(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1008})
