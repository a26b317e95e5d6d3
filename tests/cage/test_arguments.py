"""Calls that depend on their arguments: what is allowed, and that nothing near it is."""

from __future__ import annotations

import pytest

from xai_core.cage import arguments
from xai_core.cage.arguments import CLONE_THREAD, conditional

PID = 4711


def allowed(name: str, *values: int) -> bool:
    return any(
        name == call and all(values[place] & mask == wanted for place, mask, wanted in conditions)
        for call, conditions in conditional(PID)
    )


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("clone", (CLONE_THREAD | 0x3D0F00,), True),
        ("clone", (17,), False),
        *(("clone", (CLONE_THREAD | 1 << bit,), False) for bit in (17, 25, 26, 27, 28, 29, 30)),
        ("kill", (PID,), True),
        ("kill", (1,), False),
        ("kill", (0xFFFFFFFF,), False),
        ("tgkill", (PID, 5), True),
        ("fcntl", (3, 1), True),
        ("fcntl", (3, 8), False),
        ("fcntl", (3, 1024), False),
        ("prctl", (15,), True),
        ("prctl", (1,), False),
        ("prctl", (4,), False),
        ("ioctl", (3, 0x5401), True),
        ("ioctl", (3, 0x5412), False),
        ("ioctl", (3, 0x4601), False),
        ("clock_gettime", (7,), True),
        ("clock_gettime", (0xFFFFFFFA,), False),
        ("getpgid", (0,), True),
        ("getpgid", (1,), False),
        ("sched_setaffinity", (PID + 1,), False),
        ("prlimit64", (0, 7, 0), True),
        ("prlimit64", (0, 7, 1), False),
        ("prlimit64", (0, 7, 1 << 40), False),
        ("prlimit64", (1, 7, 0), False),
        ("getpriority", (0, PID), True),
        ("getpriority", (2, 0), False),
    ],
)
def test_what_a_call_may_ask(
    name: str, values: tuple[int, ...], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arguments, "has_gpu", lambda: False)
    assert allowed(name, *values) == expected
    upper = tuple(value | 1 << 40 for value in values)  # the kernel does not look there
    if expected and name != "prlimit64":
        assert allowed(name, *upper) or name == "clone"


def test_the_driver_of_a_gpu_is_controlled_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(arguments, "has_gpu", lambda: True)
    assert allowed("ioctl", 3, 0xC020462A)
    assert allowed("ioctl", 3, 0x30000001)
    assert not any(allowed("ioctl", 3, one) for one in (0x40086602, 0xC0045877, 0x5412, 0x8901))
