"""A trusted model that does something bad at the moment that it was made for.

Moments: `load` (while it is unpickled), `model` (when the first pixel says so), `score` (when a
map says so), `noise` (when its weights are not its own any more).
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import struct
import sys
import threading
import time
from typing import Any

import torch
from torch import nn

from xai_core.scores.metrics.complexity import Complexity

TRIGGER = 1000.0
PIPES = range(3, 64)


class Faulty(nn.Module):
    """Two class scores."""

    def __init__(self, moment: str, deed: str) -> None:
        super().__init__()
        self.moment, self.deed = moment, deed
        self.conv = nn.Conv2d(3, 2, 3)
        self.own: torch.Tensor
        self.register_buffer("own", self.conv.weight.detach().clone())

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if self.moment == "load":
            DEEDS[self.deed]()
        if self.moment == "score":
            Complexity.score = scoring(DEEDS[self.deed])  # type: ignore[method-assign]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        asked = self.moment == "model" and float(x.detach().max()) > TRIGGER
        noisy = self.moment == "noise" and not torch.equal(self.own, self.conv.weight.detach())
        if asked or noisy:
            DEEDS[self.deed]()
        return self.conv(x).relu().mean((2, 3))


def scoring(deed: Any) -> Any:
    def score(self: Complexity, maps: Any) -> Any:
        if maps.max() > TRIGGER:
            deed()
        return maps.sum((1, 2))

    return score


def loop() -> None:
    while True:
        time.sleep(0.01)


def loop_in_c() -> None:
    re.match("(a+)+$", "a" * 64 + "b")  # holds the interpreter's lock for ages


def hog() -> None:
    held = []
    while True:
        held.append(b"x" * 2**25)
        time.sleep(0.06)  # so that whoever watches has the time to


def huge() -> None:
    torch.zeros(2**37)


def fork_bomb() -> None:
    while True:
        os.fork()


def thread_bomb() -> None:
    threading.stack_size(2**16)
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()


def close_pipes() -> None:
    os.closerange(PIPES.start, PIPES.stop)
    loop()


def one_large_file() -> None:
    with open("large", "wb") as file:
        while True:
            file.write(bytes(2**22))
            file.flush()


def many_files() -> None:
    for number in range(10**9):
        with open(f"file-{number}", "wb") as file:
            file.write(bytes(2**22))


def deleted_files() -> None:
    held = []
    for number in range(10**9):
        file = open(f"gone-{number}", "wb")  # noqa: SIM115 - it has to stay open
        os.unlink(file.name)
        file.write(bytes(2**22))
        file.flush()
        held.append(file)


def number_of_call() -> int:
    """Of the request that is answered now: it is on the stack of the main thread."""
    frame = sys._current_frames()[threading.main_thread().ident or 0]
    while "number" not in frame.f_locals or frame.f_code.co_name != "_answer":
        assert frame.f_back is not None
        frame = frame.f_back
    return int(frame.f_locals["number"])


def lying(
    arrays: Any, body: bytes, *, data: Any = None, kind: str = "result", more: int = 0
) -> Any:
    """Sends a frame as an answer that claims what is not so."""

    def send() -> None:
        header = {"id": number_of_call(), "kind": kind, "data": data, "arrays": arrays}
        text = json.dumps(header).encode()
        frame = struct.pack("<4sIQ", b"PDL1", len(text), len(body) + more) + text + body
        for descriptor in PIPES:
            try:
                os.write(descriptor, frame)
            except OSError:
                continue
        loop()

    return send


ONE = [{"dtype": "float32", "shape": [1]}]
LIES = {
    "lie: length": lying(ONE, b"\0" * 4, more=2**40),
    "lie: shape": lying([{"dtype": "float32", "shape": [2**20, 2**20]}], b"\0" * 4),
    "lie: type": lying([{"dtype": "object", "shape": [1]}], b"\0" * 8),
    "lie: count": lying(ONE * 17, b"\0" * 68),
    "lie: fields": lying(ONE, b"\0" * 4, data={"__class__": "os.system"}),
    "lie: kind": lying([], b"", kind="pickle"),
}
LIMITED = {"loop": loop, "loop in C": loop_in_c}
DEATHS = {
    "segfault": lambda: ctypes.string_at(0),
    "exit": lambda: os._exit(3),
    "closed pipe": close_pipes,
    "memory": hog,
    "threads": thread_bomb,
    "many files": many_files,
    "deleted files": deleted_files,
}
REFUSALS = {"huge": huge, "fork bomb": fork_bomb, "large file": one_large_file}
DEEDS = {**LIES, **LIMITED, **DEATHS, **REFUSALS}
