"""Starting a worker process, with hardly any environment.

On Linux it is forked from a server that has imported torch (`fork_server.py`): a twentieth of a
second instead of two. Elsewhere, and for another interpreter, it is a process of its own.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from xai_core.cage.plan import Plan
from xai_core.worker.process.folder import Folder
from xai_core.worker.process.forked import Forked, Forks

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
ROOT = Path(__file__).resolve().parents[3]
# What the interpreter and the numeric libraries need. Anything else may be a secret.
PASSED_ON = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "LD_LIBRARY_PATH",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "CUDA_VISIBLE_DEVICES",
    "SYSTEMROOT",
)
# Activations of 10 MB and more would go back to the system, and come back as new pages, at every
# layer of every pass: a third of a pass of EfficientNet-Lite0. For the C library of GNU.
ALLOCATION = {
    "MALLOC_MMAP_THRESHOLD_": str(4 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(2 << 30),
}
SETTINGS = {
    **ALLOCATION,
    "KERAS_BACKEND": "torch",
    # A thread that waits spins before it sleeps. By default so long that two busy workers on two
    # cores take 20 times as long; not at all takes a single one a quarter longer. This is between:
    # a single one loses nothing, and two take a fifth longer than one after the other.
    "GOMP_SPINCOUNT": "10000",
    "TF_ENABLE_ONEDNN_OPTS": "0",  # TensorFlow 2.21 can crash in eager gradients with it
    "TF_CPP_MIN_LOG_LEVEL": "2",
    # On a GPU convolutions would keep 10 bits of each factor: a map is that of the processor.
    "NVIDIA_TF32_OVERRIDE": "0",
    # Nothing is to be downloaded, and a process without a network would wait for it.
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
}

# The kernel's parent-death signal fires when the *thread* that started a process ends. Streamlit
# runs each script in a thread of its own, so processes are started from one that never ends.
_starter = ThreadPoolExecutor(1, "worker-starter")
_servers: dict[tuple[int, frozenset[tuple[str, str]]], Forks] = {}  # by host and environment
_lock = threading.Lock()

Started = subprocess.Popen[bytes] | Forked


def environment(home: Path, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The whole environment of a worker whose home and temporary folder is `home`.

    `given`: settings of its own, before those that are passed on.
    """
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    # Without a name the libraries would look for one in files that they cannot read.
    names = dict.fromkeys(("USER", "LOGNAME"), "worker")
    folders = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "USERPROFILE"), str(home))
    return {**passed, **SETTINGS, **names, **folders, **(given or {})}


def launch(
    plan: Plan,
    python: Path | None = None,
    given: Mapping[str, str] | None = None,
    *,
    ahead: bool = True,
) -> Started:
    """Start a worker process in its empty home folder, with pipes at all three ends.

    Args:
        plan: its cage. python: the interpreter; None takes this process' own.
        given: of its environment. ahead: as `Budget` has it.

    Raises:
        OSError: it cannot be started.
    """
    given = dict(given or {})
    server = _server(given) if python is None and sys.platform == "linux" else None
    if server is not None:
        return server.start(plan.to_text(), plan.home, ahead=ahead)
    return _starter.submit(_popen, python, Path(plan.home), plan.to_text(), given).result()


def stop(started: Started) -> None:
    """End a process and all others of its session."""
    if isinstance(started, Forked):
        started.kill()
        return
    try:
        os.killpg(started.pid, signal.SIGKILL)
    except (OSError, AttributeError):  # no process groups on Windows
        started.kill()


def _server(given: dict[str, str]) -> Forks | None:
    """The one for this environment; None where it ended before it could fork."""
    key = (os.getpid(), frozenset(environment(Path(), given).items()))
    with _lock:
        found = _servers.get(key)
        if found is None or (found.has_forked and not found.alive):
            found = _servers[key] = _starter.submit(_start_server, given).result()
    return found if found.alive else None


def _start_server(given: dict[str, str]) -> Forks:
    folder = Folder()
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with there:
        process = _popen(None, folder.path, str(there.fileno()), given, there.fileno())
    return Forks(process, here, folder.remove)


def _popen(
    python: Path | None,
    home: Path,
    order: str,
    given: Mapping[str, str],
    channel: int | None = None,
) -> subprocess.Popen[bytes]:
    """`channel`: open in the new process, which is a server then and says nothing."""
    options = ["-I", "-B", "-u", "-X", "utf8", str(BOOTSTRAP), str(ROOT), str(os.getpid())]
    pipe = subprocess.PIPE if channel is None else subprocess.DEVNULL
    return subprocess.Popen(  # noqa: S603 - every argument is our own
        [str(python or sys.executable), *options, order],
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        cwd=home,
        env=environment(home, given),
        start_new_session=True,
        pass_fds=() if channel is None else (channel,),
    )
