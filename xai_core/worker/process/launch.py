"""Starting a worker process: from a thread that stays, with hardly any environment.

The kernel's parent-death signal fires when the *thread* that started a process ends. Streamlit
runs each script in a thread of its own, so workers are started from one thread that never ends.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

from xai_core.cage.plan import Plan

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
    # Nothing is to be downloaded, and a process without a network would wait for it.
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
}

_orders: queue.SimpleQueue[tuple[Plan, Path | None, Future[subprocess.Popen[bytes]]]] = (
    queue.SimpleQueue()
)
_starter: threading.Thread | None = None
_lock = threading.Lock()


def environment(home: Path) -> dict[str, str]:
    """The whole environment of a worker whose home and temporary folder is `home`."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    # Without a name the libraries would look for one in files that they cannot read.
    names = dict.fromkeys(("USER", "LOGNAME"), "worker")
    folders = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "USERPROFILE"), str(home))
    return {**passed, **SETTINGS, **names, **folders}


def launch(plan: Plan, python: Path | None = None) -> subprocess.Popen[bytes]:
    """Start a worker process in its empty home folder, with pipes at all three ends.

    Args:
        plan: its cage. python: the interpreter; None takes this process' own.

    Raises:
        OSError: it cannot be started.
    """
    global _starter
    with _lock:
        if _starter is None or not _starter.is_alive():
            _starter = threading.Thread(target=_start_orders, name="worker-starter", daemon=True)
            _starter.start()
    answer: Future[subprocess.Popen[bytes]] = Future()
    _orders.put((plan, python, answer))
    return answer.result()


def _start_orders() -> None:
    while True:
        plan, python, answer = _orders.get()
        try:
            answer.set_result(_popen(plan, python))
        except BaseException as error:  # belongs to whoever waits for the answer
            answer.set_exception(error)


def _popen(plan: Plan, python: Path | None) -> subprocess.Popen[bytes]:
    options = ["-I", "-B", "-u", "-X", "utf8"]
    arguments = [str(BOOTSTRAP), str(ROOT), str(os.getpid()), plan.to_text()]
    return subprocess.Popen(  # noqa: S603 - every argument is our own
        [str(python or sys.executable), *options, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=plan.home,
        env=environment(Path(plan.home)),
        start_new_session=True,
    )
