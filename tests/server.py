"""The real server, started as a user starts it, with a port and a data folder of its own."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
START_SECONDS = 120


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def finished(answering: Coroutine[None, None, None]) -> None:
    """Wait for it in a thread: Playwright leaves a running loop in that of the tests."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, answering).result()


@contextmanager
def serving(
    data: Path,
    *options: str,
    script: str = "app.py",
    program: Sequence[str | Path] = (sys.executable, "-m", "streamlit", "run"),
    folder: Path = ROOT,
    port: int = 0,
    **environment: str,
) -> Iterator[str]:
    """The address of a server that answers; it ends with the block.

    Args:
        data: folder for uploads, and for the server's log.
        options: of Streamlit's command line. script: what is served.
        program: what serves it. folder: where it is started. port: where it listens; 0 for any.
        environment: more variables for the server.
    """
    data.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    command = [*program, script, "--server.port", str(port)]
    command += options
    with (data / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PEDESTAL_DATA": str(data), **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://localhost:{port}"
            _wait(server, address, data / "server.log")
            yield address
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5) as answer:  # noqa: S310 - http to this machine
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"The server did not start:\n{log.read_text('utf-8', 'replace')}")
