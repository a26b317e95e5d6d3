"""System calls that are allowed with certain arguments only: an allow-list of what they may ask."""

from __future__ import annotations

from collections.abc import Iterator

from xai_core.cage.libraries import has_gpu

Condition = tuple[int, int, int]
"""The number of an argument, the bits of it that are looked at, and what they have to be."""

WORD = 0xFFFFFFFF  # the kernel reads 32 bits of such an argument, whatever the rest holds
WHOLE = 0xFFFFFFFFFFFFFFFF
CLONE_THREAD = 0x10000
CLONE_NEW = 0x7E020000  # all kinds of namespaces
# Duplicating, flags, locks and pipe sizes; not F_SETOWN and F_SETSIG, which send signals.
FILE_COMMANDS = (*range(8), 36, 37, 38, 1030, 1031, 1032)
# The name and the timer of a thread, names of memory, queries; not the parent-death signal.
OWN_SETTINGS = (3, 15, 16, 21, 23, 29, 30, 38, 39, 41, 42, 0x53564D41)
# Is it a terminal, and how wide; how many bytes wait; (not) blocking; (not) to be inherited.
DEVICE_COMMANDS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# NVIDIA's: those of the letter F, and the plain numbers of its unified memory.
GPU_COMMANDS: tuple[tuple[int, int], ...] = (
    *((0xFF00, 0x4600), (0xFFFFFF00, 0), (WORD, 0x30000001), (WORD, 0x30000002)),
)
# A negative clock is another process', and tells whether there is one and how busy it is.
CLOCKS = ("clock_gettime", "clock_getres", "clock_nanosleep", "timer_create")
# Of any process, by its number: they would tell which there are.
BY_PROCESS = (
    *("getpgid", "getsid", "sched_getaffinity", "sched_getparam", "sched_getscheduler"),
    *("sched_getattr", "sched_rr_get_interval"),
)


def conditional(pid: int) -> Iterator[tuple[str, tuple[Condition, ...]]]:
    """Each call that is allowed where all of its conditions hold; one may come several times.

    Args:
        pid: of this process.
    """
    yield "clone", ((0, CLONE_THREAD | CLONE_NEW, CLONE_THREAD),)
    for name in ("kill", "tgkill"):
        yield name, ((0, WORD, pid),)
    for command in FILE_COMMANDS:
        yield "fcntl", ((1, WORD, command),)
    for command in DEVICE_COMMANDS:
        yield "ioctl", ((1, WORD, command),)
    for mask, command in GPU_COMMANDS if has_gpu() else ():
        yield "ioctl", ((1, mask, command),)
    for setting in OWN_SETTINGS:
        yield "prctl", ((0, WORD, setting),)
    for name in CLOCKS:
        yield name, ((0, WORD & ~0xF, 0),)
    yield "sched_setaffinity", ((0, WORD, 0),)
    yield from _of_itself(pid)


def _of_itself(pid: int) -> Iterator[tuple[str, tuple[Condition, ...]]]:
    for number in (0, pid):
        for name in BY_PROCESS:
            yield name, ((0, WORD, number),)
        yield "getpriority", ((0, WORD, 0), (1, WORD, number))
        yield "prlimit64", ((0, WORD, number), (2, WHOLE, 0))  # asks, and sets nothing
