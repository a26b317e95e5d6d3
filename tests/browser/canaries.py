"""A listener that must hear nothing, and texts that would make a browser call it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FORMS = (
    "![x]({0}/image)",
    "[x]({0}/link)",
    "<{0}/auto>",
    "{0}/bare",
    "www.{1}/www",
    "who@canary.invalid",
    "<img src={0}/tag>",
    "ht``tp://{1}/joined",
    "&#104;ttp://{1}/entity",
    "a\n\n![x]({0}/newline)",
    "` ![x]({0}/odd)",
    ":red[![x]({0}/colour)]",
    "`] ![x]({0}/label) `",
    "`x | ![y]({0}/cell) | z`",
    "<a href={0}/anchor>x</a>",
    "$\\href{{{0}/maths}}{{x}}$",
    "%{{x}} <span style='background:url({0}/style)'>",
)


class Listener:
    """What it heard, by path. address: its own."""

    def __init__(self, address: str) -> None:
        self.address, self.heard = address, []

    heard: list[str]

    @property
    def texts(self) -> list[str]:
        """One canary a form."""
        host = self.address.removeprefix("http://")
        return [form.format(self.address, host) for form in FORMS]

    @property
    def text(self) -> str:
        """All of them in one."""
        return " ".join(self.texts)


@contextmanager
def listening() -> Iterator[Listener]:
    """On this machine, under a name that is not the server's."""
    listener = Listener("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listener.heard.append(self.path)
            self.send_response(204)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        do_POST = do_OPTIONS = do_HEAD = do_GET  # noqa: N815 - the handler's own names

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
