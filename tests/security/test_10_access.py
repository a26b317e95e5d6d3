"""The machine's own answers stay the machine's, however they are asked for."""

from __future__ import annotations

import logging
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from components.serving import headers
from components.serving.answers import Answers, inner
from components.serving.machine import at_the_machine
from tests.server import finished, serving
from xai_core.cli.main import main

SPELT = (
    "/_stcore/metrics",
    "/_stcore/%6detrics",
    "/_stcore/%256detrics",
    "/_stcore/%25256detrics",
    "/%5fstcore/metrics",
    "/%5Fstcore%2Fmetrics",
    "/_stcore%2fmetrics",
    "/_STCORE/METRICS",
    "/_stcore//metrics",
    "//_stcore/metrics",
    "/_stcore/./metrics",
    "/_stcore/health/../metrics",
    "/_stcore/health/%2e%2e/metrics",
    "/_stcore/metrics/",
    "/_stcore\\metrics",
    "/_stcore/metrics;x",
    "/_stcore;x/metrics",
    "/x/_stcore/metrics",
    "/_stcore/health/_stcore/metrics",
    "/_stcore/agent/mcp",
    "/_stcore/script-health-check",
    "/_stcore",
    "/_stcore/",
    "/_stcore/metric%73",
    "/_stcore/metrics%00",
)
OPEN = (
    "/",
    "/model",
    "/_stcore/health",
    "/model/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/stream",
    "/_stcore/upload_file/4c1-a/9",
    "/_stcore/bidi-components/map_grid/grid.js",
    "/media/abc.png",
    "/static/js/index.js",
    "/oauth2callback",
)
FOREIGN = (
    {"X-Forwarded-For": "192.0.2.1"},
    {"X-Forwarded-Host": "pedestal.example.org"},
    {"x-forwarded-proto": "https"},
    {"Forwarded": "for=192.0.2.1"},
    {"Via": "1.1 proxy"},
    {"X-Real-IP": "192.0.2.1"},
    {"CF-Connecting-IP": "192.0.2.1"},
    {"Host": "pedestal.example.org"},
    {"Host": "localhost.evil.example"},
    {"Host": "127.0.0.1.nip.io"},
    {"Host": "["},
    {"Origin": "https://pedestal.example.org"},
    {"Origin": "null"},
)


@pytest.mark.parametrize("path", SPELT)
def test_what_is_the_machines_own_is_known_however_it_is_spelt(path: str) -> None:
    assert inner(path)
    status, _ = asked(path, client=("192.0.2.1", 1))
    assert status == 404


@pytest.mark.parametrize("path", OPEN)
def test_what_a_browser_needs_is_for_all(path: str) -> None:
    assert not inner(path)
    assert asked(path, client=("192.0.2.1", 1))[0] == 200


@pytest.mark.parametrize("given", FOREIGN, ids=str)
def test_a_stranger_is_known_by_one_header(given: dict[str, str]) -> None:
    assert not at_the_machine("127.0.0.1", {"Host": "localhost:8501", **given})
    assert asked("/_stcore/metrics", **given)[0] == 404


@pytest.mark.parametrize("address", ["127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"])
def test_the_machine_itself_is_answered(address: str) -> None:
    assert at_the_machine(address, {"Host": "localhost:8501", "Origin": "http://localhost:8501"})
    assert asked("/_stcore/metrics", client=(address, 1))[0] == 200


@pytest.mark.parametrize("client", [("192.0.2.1", 1), ("10.0.0.7", 1), ("", 1), None])
def test_a_connection_from_elsewhere_or_nowhere_is_not(client: Any) -> None:
    assert asked("/_stcore/metrics", client=client)[0] == 404


def test_every_answer_carries_the_policy_once() -> None:
    for path in ("/", "/_stcore/metrics"):
        _, given = asked(path, client=("192.0.2.1", 1))
        found = [value for name, value in given if name.lower() == b"content-security-policy"]
        assert found == [headers.policy().encode()]


def test_the_policy_names_nobody_else() -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in headers.policy().split(";"))
    assert rules["default-src"] == "'none'"
    for name, sources in rules.items():
        for source in sources.split():
            known = source in ("'self'", "'none'", "data:", "blob:", "'unsafe-inline'")
            assert known or source.startswith("'sha256-"), f"{name} {source}"
    assert "'unsafe-inline'" not in rules["script-src"]
    assert "data:" not in rules["script-src"]


def test_a_proxy_that_hides_is_noticed_once(caplog: pytest.LogCaptureFixture) -> None:
    app = Answers(answering)
    with caplog.at_level(logging.WARNING, "pedestal"):
        for _ in range(3):
            asked("/", app=app, Origin="https://pedestal.example.org")
            asked("/", app=app, Origin="http://localhost:8501")
    assert len(caplog.records) == 1
    assert "X-Forwarded-For" in caplog.text


async def answering(scope: Any, receive: Any, send: Any) -> None:
    theirs = [(b"content-security-policy", b"default-src *"), (b"Content-Security-Policy", b"x")]
    await send({"type": "http.response.start", "status": 200, "headers": theirs})
    await send({"type": "http.response.body", "body": b""})


def asked(
    path: str, client: Any = ("127.0.0.1", 1), app: Answers | None = None, **given: str
) -> tuple[int, list[tuple[bytes, bytes]]]:
    """Status and headers of the answer to a request as a server hands it on."""
    pairs = {"Host": "localhost:8501", **given}
    scope = {
        "type": "http",
        "path": path,
        "client": client,
        "headers": [(name.lower().encode(), value.encode()) for name, value in pairs.items()],
    }
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    finished((app or Answers(answering))(scope, receive, send))
    return sent[0]["status"], sent[0]["headers"]


@contextmanager
def proxy(target: str, **given: str) -> Iterator[str]:
    """A proxy on this machine that hands on none of the headers but these."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked_ = urllib.request.Request(target + self.path, headers=given)  # noqa: S310
            try:
                answer = urllib.request.urlopen(asked_, timeout=20)  # noqa: S310
            except urllib.error.HTTPError as refused:
                answer = refused
            self.send_response(answer.status or 0)
            for name, value in answer.headers.items():
                if name.lower() not in ("connection", "transfer-encoding"):
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.read())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_real_server_and_check_access(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(tmp_path) as address:
        with proxy(address) as hiding:
            assert main(["check-access", hiding]) == 1
            told = capsys.readouterr().out
            assert told.count("proxy_set_header") == 3
        with proxy(address, **{"X-Forwarded-For": "192.0.2.1"}) as honest:
            assert main(["check-access", honest + "/"]) == 0
            for path in ("/_stcore/metrics", "/_stcore/%6detrics", "/_stcore/%256detrics"):
                with pytest.raises(urllib.error.HTTPError, match="404"):
                    urllib.request.urlopen(honest + path, timeout=20)  # noqa: S310
        with urllib.request.urlopen(address, timeout=20) as page:  # noqa: S310
            assert page.headers["Content-Security-Policy"] == headers.policy()
    assert main(["check-access", "ftp://example.org"]) == 2
    assert main(["check-access", "http://127.0.0.1:1"]) == 1
