"""Code in a cage, without a model or a worker around it: what it printed as JSON, or its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import textwrap
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyseccomp

ROOT = Path(__file__).parents[2]
SITE = Path(pyseccomp.__file__).parent
USER = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


def _interpreter_of(user: tuple[str, ...]) -> str | None:
    """One that this user can start: the tests' own may lie in root's home."""
    code = f"import sys; sys.path.append({str(SITE)!r}); import pyseccomp, landlockpy"
    for python in (sys.executable, "/usr/bin/python3"):
        with suppress(OSError):
            if (
                subprocess.run([*user, python, "-I", "-c", code], capture_output=True).returncode
                == 0
            ):
                return python
    return None


PYTHON = {user: _interpreter_of(user) for user in ((), USER)}
USERS = [user for user in ((), USER) if PYTHON[user] and (not user or os.geteuid() == 0)]
NAMES = ["the one who runs the tests", "a plain user"][: len(USERS)]
START = """
import ctypes, errno, fcntl, json, os, sys, threading, time
sys.path[:0] = [{root!r}]
sys.path.append({site!r})
from xai_core.cage.plan import Plan
from xai_core.cage.protect import protect
os.chdir({home!r})
protection = protect(Plan({home!r}, {lent!r}, 4 << 30))
LIBC = ctypes.CDLL(None, use_errno=True)
FACTS = {facts!r}
def tried(attempt):
    try:
        return str(attempt())
    except OSError:
        return None
def call(*arguments):
    found = LIBC.syscall(*arguments)
    if found < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return found
"""


def caged(code: str, user: tuple[str, ...] = (), **facts: Any) -> subprocess.CompletedProcess[str]:
    """Run `code` in a cage with folders of its own; `FACTS` is what it is told.

    `FACTS["place"]` is the folder that holds them, and `outside`, which is not of the cage.
    """
    with tempfile.TemporaryDirectory() as place:
        for name in (".", "home", "lent", "outside", "outside/runs"):
            Path(place, name).mkdir(exist_ok=True)
            Path(place, name).chmod(0o777)
        Path(place, "lent", "model.pt").write_text("x")
        Path(place, "outside", "secret").write_text("hunter2")
        with suppress(OSError):  # not every disk keeps attributes
            os.setxattr(f"{place}/outside/secret", "user.note", b"hunter2")
        start = START.format(
            root=str(ROOT),
            site=str(SITE),
            home=f"{place}/home",
            lent=f"{place}/lent",
            facts={"place": place, **facts},
        )
        return subprocess.run(
            [*user, str(PYTHON[user]), "-I", "-B", "-c", start + textwrap.dedent(code)],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=place,
        )


def told(code: str, user: tuple[str, ...] = (), **facts: Any) -> Any:
    """What `code` printed as JSON."""
    done = caged(code, user, **facts)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
