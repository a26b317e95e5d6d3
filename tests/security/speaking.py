"""A process of our own in the place of a worker, that says what a test wants."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SAY = """
import json, struct, sys, time
out = sys.stdout.buffer
def say(header, body=b"", text=None):
    text = text or json.dumps(header).encode()
    size = body if isinstance(body, int) else len(body)
    try:
        out.write(b"PDL1" + struct.pack("<IQ", len(text), size) + text)
        if isinstance(body, int):
            for _ in range(body // 2**20):
                out.write(bytes(2**20))
        else:
            out.write(body)
        out.flush()
    except OSError:
        sys.exit()
def heard():
    prefix = sys.stdin.buffer.read(16)
    if len(prefix) < 16:
        sys.exit()
    text, body = struct.unpack("<IQ", prefix[4:])
    found = json.loads(sys.stdin.buffer.read(text))
    sys.stdin.buffer.read(body)
    return found
guards = [{"name": n, "works": True, "detail": ""} for n in ("files", "calls", "limits")]
say({"kind": "ready", "protection": {"guards": guards}, "arrays": []})
"""


def speaks(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Every worker process that is started from now on runs `script` instead."""

    def launch(
        plan: object, python: Path | None = None, given: object = None, *, ahead: bool = True
    ) -> subprocess.Popen[bytes]:
        pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return subprocess.Popen(
            [sys.executable, "-I", "-c", SAY + script], start_new_session=True, **pipes
        )

    monkeypatch.setattr("xai_core.worker.process.process.launch", launch)
