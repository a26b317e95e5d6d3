"""Ray for one job: on loopback and for nobody else, or at the address of a cluster.

On Linux `ray.init` listens on every network by default. It stays on loopback where its clusters
are switched off, as it does on other systems; that is looked at, and what is not so ends at once.
"""

from __future__ import annotations

import importlib
import logging
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from xai_core.base.errors import InputError, WorkerError, first_line
from xai_core.studies.host.ray_seats import cards_of
from xai_core.studies.host.temporary import clear, temporary
from xai_core.worker.process.budget import Budget

CLUSTERS = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
TELEMETRY = {"RAY_USAGE_STATS_ENABLED": "0"}
ALONE = {**TELEMETRY, CLUSTERS: "0", "RAY_AUTH_MODE": "token"}
STORE = 128 * 2**20  # bytes in shared memory: of what is handed over only the known keys are many
REAPER, REAPED_SECONDS = Path(__file__).with_name("ray_reaper.py"), 10.0
PREFIX = "pd-ray-"  # short: a path of a socket has at most 107 bytes
ROOT = Path("/tmp") if sys.platform != "win32" else Path(tempfile.gettempdir())  # noqa: S108


@contextmanager
def connected(address: str | None, shares: Sequence[Budget] | None) -> Iterator[Any]:
    """The module `ray`, connected to a Ray of this program's own or to a cluster.

    Args:
        shares: of the machine, for a Ray of its own.

    Raises:
        InputError: this program uses Ray already. WorkerError: Ray cannot be started or reached,
            or would listen on a network that nobody asked for.
    """
    mode = os.environ.get("RAY_AUTH_MODE", "token")
    given = _alone() if address is None else {**TELEMETRY, "RAY_AUTH_MODE": mode}
    with _variables(given), ExitStack() as stack:
        ray = _imported()
        stack.callback(_shut_down, ray)
        if address is not None:
            _init(ray, address=address)
        else:
            clear(PREFIX, ROOT)
            folder = stack.enter_context(temporary(PREFIX, ROOT))
            stack.enter_context(_reaped(folder))
            stack.callback(_shut_down, ray)  # before its folder goes
            _init_alone(ray, shares or (), folder)
        yield ray


_own: dict[str, Any] = {}  # what Ray reads once, when it is imported


def _alone() -> dict[str, str]:
    token = _own.setdefault("token", secrets.token_hex(32))
    return {**ALONE, "RAY_AUTH_TOKEN": token}


def _imported() -> Any:
    """Ray, which reads the variables when it is imported. Raises `InputError`."""
    said = os.environ.get(CLUSTERS, "")
    if "ray" in sys.modules and _own.get("said") != said:
        raise InputError(
            "This program uses Ray already.",
            "Compute the study with `pedestal study`, in a process of its own.",
        )
    _own["said"] = said
    return importlib.import_module("ray")


def _init_alone(ray: Any, shares: Sequence[Budget], folder: Path) -> None:
    before = set(listening_beyond_loopback())
    _init(
        ray,
        num_cpus=sum(max(1, one.cores) for one in shares) or None,
        num_gpus=cards_of(shares),
        object_store_memory=STORE,
        _temp_dir=str(folder),
    )
    open_ones = set(listening_beyond_loopback()) - before
    if open_ones:
        raise WorkerError(
            "Ray listens on a network, although it was told not to: "
            f"{', '.join(sorted(open_ones))}.",
            "Take the local engine: --engine local.",
        )


def _shut_down(ray: Any) -> None:
    with suppress(Exception):  # what is gone need not be ended
        ray.shutdown()


def _init(ray: Any, **options: Any) -> None:
    try:
        ray.init(
            include_dashboard=None if "address" in options else False,
            log_to_driver=False,
            logging_level=logging.CRITICAL,
            **options,
        )
    except Exception as cause:  # whatever it is, it did not start
        raise WorkerError(
            f"Ray cannot be started: {first_line(cause) or type(cause).__name__}.",
            "Check the address and the token, or take the local engine: --engine local.",
        ) from cause
    _be_quiet()


def _be_quiet() -> None:
    """It prints what its processes say on standard output, between the lines of a program's own."""
    with suppress(ImportError):
        from ray._private import worker

        worker.print_to_stdstream = lambda *_, **__: None


def listening_beyond_loopback() -> list[str]:
    """Sockets of this program and its children that somebody else could reach, `name host:port`."""
    import psutil

    found = []
    here = psutil.Process()
    for process in (here, *here.children(recursive=True)):
        with suppress(psutil.Error):
            for one in process.net_connections("inet"):
                host = one.laddr.ip.removeprefix("::ffff:") if one.laddr else ""
                own = host.startswith("127.") or host == "::1"
                if one.status == psutil.CONN_LISTEN and not own:
                    found.append(f"{process.name()} {host}:{one.laddr.port}")
    return found


@contextmanager
def _variables(given: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _reaped(folder: Path) -> Iterator[None]:
    """Somebody beside it ends all of it when this program is killed."""
    if sys.platform == "win32":  # it cannot wait for a pipe there
        yield
        return
    reaper = subprocess.Popen(  # noqa: S603 - every word is our own
        [sys.executable, "-I", str(REAPER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    try:
        if reaper.stdin is not None:
            reaper.stdin.write(f"{folder}\n")
            reaper.stdin.flush()
        yield
    finally:
        if reaper.stdin is not None:
            reaper.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            reaper.wait(REAPED_SECONDS)
