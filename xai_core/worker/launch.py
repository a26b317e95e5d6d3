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

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
ROOT = Path(__file__).resolve().parents[2]
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
SETTINGS = {
    "KERAS_BACKEND": "torch",
    # Waiting threads sleep instead of spinning: two busy workers on two cores are 20 times faster.
    "OMP_WAIT_POLICY": "PASSIVE",
    "TF_ENABLE_ONEDNN_OPTS": "0",  # TensorFlow 2.21 can crash in eager gradients with it
    "TF_CPP_MIN_LOG_LEVEL": "2",
}

_orders: queue.SimpleQueue[tuple[Path, Path | None, Future[subprocess.Popen[bytes]]]] = (
    queue.SimpleQueue()
)
_starter: threading.Thread | None = None
_lock = threading.Lock()


def environment(home: Path) -> dict[str, str]:
    """The whole environment of a worker whose home and temporary folder is `home`."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    folders = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "USERPROFILE"), str(home))
    return {**passed, **SETTINGS, **folders}


def launch(home: Path, python: Path | None = None) -> subprocess.Popen[bytes]:
    """Start a worker process in the empty folder `home`, with pipes at all three ends.

    Args:
        python: the interpreter; None takes this process' own.

    Raises:
        OSError: it cannot be started.
    """
    global _starter
    with _lock:
        if _starter is None or not _starter.is_alive():
            _starter = threading.Thread(target=_start_orders, name="worker-starter", daemon=True)
            _starter.start()
    answer: Future[subprocess.Popen[bytes]] = Future()
    _orders.put((home, python, answer))
    return answer.result()


def _start_orders() -> None:
    while True:
        home, python, answer = _orders.get()
        try:
            answer.set_result(_popen(home, python))
        except BaseException as error:  # belongs to whoever waits for the answer
            answer.set_exception(error)


def _popen(home: Path, python: Path | None) -> subprocess.Popen[bytes]:
    options = ["-I", "-u", "-X", "utf8"]
    return subprocess.Popen(  # noqa: S603 - every argument is our own
        [str(python or sys.executable), *options, str(BOOTSTRAP), str(ROOT), str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=home,
        env=environment(home),
        start_new_session=True,
    )
