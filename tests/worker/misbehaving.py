"""A model of a user's own class that does something bad when the first pixel says so."""

from __future__ import annotations

import ctypes
import json
import os
import re
import signal
import struct
import sys
import time
from typing import Any

import numpy as np
import torch
from torch import nn

TRIGGER = 1000.0


class Misbehaving(nn.Module):
    """Two class scores; `deed` is done where the first pixel is above `TRIGGER`."""

    def __init__(self, deed: str) -> None:
        super().__init__()
        self.deed = deed
        self.conv = nn.Conv2d(3, 2, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if float(x.detach()[0, 0, 0, 0]) > TRIGGER:
            DEEDS[self.deed]()
        return self.conv(x).relu().mean((2, 3))


def chatter() -> None:
    print("a line on standard output")
    print("a line on standard error", file=sys.stderr)
    os.write(1, b"raw bytes on descriptor 1\n" * 10_000)


def lie() -> None:
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b"PDL1" + b"\xff" * 400)
        except OSError:
            continue


def reporter() -> Any:
    """What the worker tells the host with."""
    import gc

    (ticker,) = (one for one in gc.get_objects() if type(one).__name__ == "Ticker")
    return ticker


def die_in_a_message() -> None:
    """Killed while it answers: the start of the frame is out, its end never comes."""
    ticker = reporter()
    told = {"id": ticker._number, "kind": "result", "data": {"scores": 0}}
    told["arrays"] = [{"dtype": "float32", "shape": [1, 2]}]
    header = json.dumps(told).encode()
    ticker._writer.write(b"PDL1" + struct.pack("<IQ", len(header), 8) + header + bytes(4))
    ticker._writer.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def false_preview() -> None:
    """Shows a map that is none."""
    from xai_core.base.progress import Preview

    ticker = reporter()
    ticker._seldom = lambda: True
    ticker.preview(lambda: Preview(np.zeros((3, 3), np.float32), 0.1))


def raise_error() -> None:
    raise ValueError("no such luck")


def exit_politely() -> None:
    sys.exit("goodbye")


def loop_in_c() -> None:
    re.match("(a+)+$", "a" * 64 + "b")  # holds the interpreter's lock for ages


def loop() -> None:
    while True:
        time.sleep(0.01)


def seek_secret() -> None:
    if "PEDESTAL_SECRET" in os.environ:
        raise KeyError("PEDESTAL_SECRET")


DEEDS = {
    "chatter": chatter,
    "lie": lie,
    "kill-in-a-message": die_in_a_message,
    "false-preview": false_preview,
    "error": raise_error,
    "sys-exit": exit_politely,
    "exit": lambda: os._exit(3),
    "segfault": lambda: ctypes.string_at(0),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "loop": loop,
    "loop-in-c": loop_in_c,
    "slow": lambda: time.sleep(0.05),
    "secret": seek_secret,
}
