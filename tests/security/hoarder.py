"""A trusted model that hides from whoever looks after its process, as its first pixel says."""

from __future__ import annotations

import ctypes
import os
import time

import torch
from torch import nn

FIRST = 1000.0
KEPT: list[BinaryIO] = []


class Hoarder(nn.Module):
    """Two class scores; deed `n` of `DEEDS` where the first pixel is `FIRST + n`."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        number = round(float(x.detach()[0, 0, 0, 0]) - FIRST)
        if 0 <= number < len(DEEDS):
            DEEDS[number]()
            time.sleep(600)
        return self.conv(x).relu().mean((2, 3))


def fill(name: str, megabytes: int) -> None:
    """Each file smaller than any may be."""
    with open(name, "wb") as file:
        for _ in range(megabytes):
            file.write(bytes(2**20))


def end_the_first_thread() -> None:
    """The others live on, and the kernel tells of no memory any more."""
    ctypes.CDLL(None).syscall(60, 0)


def empty_files() -> None:
    for number in range(2000):
        open(f"empty{number}", "w").close()


def empty_folders() -> None:
    for number in range(2000):
        os.mkdir(f"empty{number}")


def links() -> None:
    for number in range(2000):
        os.symlink("x" * 4000, f"link{number}")


def deep_folders() -> None:
    for _ in range(200):
        os.mkdir("d" * 200)
        os.chdir("d" * 200)


def bytes_below_path_max() -> None:
    for _ in range(40):
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
    fill("one", 20)
    fill("two", 20)


def bytes_without_a_name() -> None:
    for name in ("one", "two"):
        KEPT.append(open(name, "w+b"))  # noqa: SIM115 - it stays open
        os.unlink(name)
        for _ in range(20):
            KEPT[-1].write(bytes(2**20))
        KEPT[-1].flush()


def closed_folders() -> None:
    """Only root, and its own user once he has changed it, can list such a folder."""
    os.mkdir("closed", 0o300)
    for number in range(40):
        fill(f"closed/{number}", 1)


DEEDS: tuple[Callable[[], None], ...] = (
    end_the_first_thread,
    empty_files,
    empty_folders,
    links,
    deep_folders,
    bytes_below_path_max,
    bytes_without_a_name,
    closed_folders,
)
