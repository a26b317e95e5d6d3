"""Folders as nobody fills them by chance: deep, wide, oddly named, closed, without rights."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

LONG = "n" * 200


def deep(top: Path, levels: int, name: str = LONG, size: int = 100_000) -> None:
    """Folders in each other, far longer than a path may be, and a file in the last one."""
    at = os.open(top, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=at)
        inner = os.open(name, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = inner
    file = os.open("file", os.O_WRONLY | os.O_CREAT, dir_fd=at)
    os.write(file, bytes(size))
    os.close(file)
    os.close(at)


def odd_names(top: Path) -> None:
    for name in (b"\xff\xfe", b"\n", b" ", b"-rf", b"*", b"..x", "\u202e".encode(), b"\x1b[31m"):
        path = os.fsencode(top) + b"/" + name
        os.mkdir(path)
        (Path(os.fsdecode(path)) / "file").write_bytes(b"x")


def without_rights(top: Path) -> None:
    """No file here can be listed, entered or changed by its own user until the mode is."""
    inner = top / "a" / "b" / "c"
    inner.mkdir(parents=True)
    for path in (top / "file", inner.parent / "file", inner / "file"):
        path.write_bytes(bytes(8192))
        path.chmod(0)
    for path, mode in ((inner, 0o300), (inner.parent, 0), (top / "a", 0o500)):
        path.chmod(mode)


def links(top: Path) -> None:
    (top / "up").symlink_to("..")
    (top / "root").symlink_to("/")
    (top / "self").symlink_to("self")
    (top / "folder").mkdir()
    (top / "folder" / "out").symlink_to(top.parent / "outside")
    os.mkfifo(top / "pipe")
    os.link(top / "pipe", top / "folder" / "pipe")


def taken_names(top: Path) -> None:
    """Names that a cleaner could want for itself."""
    for name in (".lifted-0", ".0", "0", ".draft-0", ".deleted-0"):
        (top / "d" / name / "x").mkdir(parents=True)
        (top / name).mkdir()
        (top / name / "full").write_bytes(b"x")


def wide(top: Path) -> None:
    for number in range(3000):
        (top / str(number)).touch()


def bushy(top: Path) -> None:
    for number in range(300):
        (top / "a" / str(number) / "b" / str(number)).mkdir(parents=True)


FILLED: dict[str, Callable[[Path], None]] = {
    "deep": lambda top: deep(top, 1200),
    "deep and short": lambda top: deep(top, 1200, "d"),
    "odd names": odd_names,
    "without rights": without_rights,
    "links": links,
    "taken names": taken_names,
    "wide": wide,
    "bushy": bushy,
}
