"""What a server gives to all its users together, and to each: defaults, and how to change them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

import psutil

from xai_core.base.errors import InputError

MB = 10**6
WORKER_BYTES = 1_500 * MB  # torch, a mid-sized network, and the activations of a batch
MOST_WORKERS = 8
CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def default_workers() -> int:
    """One worker a core, as far as memory reaches, from 1 to 8."""
    by_memory = (_memory() - WORKER_BYTES) // WORKER_BYTES  # the server needs some, too
    return max(1, min(_cores(), by_memory, MOST_WORKERS))


@dataclass(frozen=True)
class Limits:
    """Each field is read from the environment variable that its metadata names."""

    workers: float = field(
        default_factory=default_workers,
        metadata={"name": "PEDESTAL_WORKERS", "help": "Processes that hold a model at one time."},
    )
    idle_minutes: float = field(
        default=10,
        metadata={
            "name": "PEDESTAL_IDLE_MINUTES",
            "help": "After so long without use the process of a model is ended.",
        },
    )
    grace_seconds: float = field(
        default=120,
        metadata={
            "name": "PEDESTAL_GRACE_SECONDS",
            "help": "A browser that lost its connection has so long to come back to what is in "
            "memory. After that its workspace comes from the disk: all choices and the run on "
            "screen. What is being computed for it goes on first. Streamlit itself waits 120 s.",
        },
    )
    unattended_hours: float = field(
        default=12,
        metadata={
            "name": "PEDESTAL_UNATTENDED_HOURS",
            "help": "What is computed for a browser that has gone may go on for so long; its run "
            "is kept. Then it stops.",
        },
    )
    workspace_days: float = field(
        default=30,
        metadata={
            "name": "PEDESTAL_WORKSPACE_DAYS",
            "help": "How long the choices of a tab that nobody came back to stay on disk.",
        },
    )
    session_files: float = field(
        default=1200,
        metadata={"name": "PEDESTAL_SESSION_FILES", "help": "Uploaded files of one session."},
    )
    session_megabytes: float = field(
        default=2048,
        metadata={"name": "PEDESTAL_SESSION_MB", "help": "Their size in all, in MB."},
    )
    disk_megabytes: float = field(
        default=20_480,
        metadata={
            "name": "PEDESTAL_DISK_MB",
            "help": "Uploads of all sessions on disk, in MB; beyond it the oldest that nobody "
            "uses are deleted.",
        },
    )
    keep_hours: float = field(
        default=24,
        metadata={
            "name": "PEDESTAL_KEEP_HOURS",
            "help": "How long an upload that nobody uses any more stays on disk.",
        },
    )
    runs_megabytes: float = field(
        default=2048,
        metadata={
            "name": "PEDESTAL_RUNS_MB",
            "help": "Kept runs of all users on disk, in MB; beyond it the oldest that are not "
            "pinned are deleted.",
        },
    )

    @staticmethod
    def from_environment(environment: Mapping[str, str] = os.environ) -> Limits:
        """The limits of this server.

        Raises:
            InputError: a value is not a number above 0.
        """
        given = {
            one.name: _number(one.metadata["name"], environment[one.metadata["name"]])
            for one in fields(Limits)
            if environment.get(one.metadata["name"])
        }
        return Limits(**given)


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise InputError(f"{name} must be a number above 0, not {text!r}.", "Set another one.")
    return value


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


def _memory() -> int:
    """Bytes that this program may use: of the machine, or of its container."""
    texts = [path.read_text().strip() for path in map(Path, CGROUP_LIMITS) if path.exists()]
    own = [int(text) for text in texts if text.isdigit()]  # "max" where there is none
    return min([int(psutil.virtual_memory().total), *own])
