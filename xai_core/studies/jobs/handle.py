"""Starts a job in a process of its own, which outlives its starter, and watches it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from xai_core.base.errors import InputError
from xai_core.base.storage.files import writing
from xai_core.studies.jobs.driver import CANCEL
from xai_core.studies.jobs.lock import is_held
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.jobs.status import NAME, Status, interrupted, read_status

LOG = "job.log"
ROOT = Path(__file__).resolve().parents[3]
TAIL = 2000  # bytes of what a job said before it ended without a word


class JobHandle:
    """A job in its folder, started by this program or by another one.

    Args:
        process: where this program started it.
    """

    def __init__(self, folder: Path, process: subprocess.Popen[bytes] | None = None) -> None:
        self.folder = folder
        self._process, self._asked = process, False
        if process is not None:  # somebody has to wait for it, or it would stay as a zombie
            threading.Thread(target=process.wait, name="study-job", daemon=True).start()

    def status(self) -> Status:
        """How far it is. Raises `InputError` where no job was ever there."""
        process = self._process
        if (self.folder / NAME).exists() or process is None:
            ended = process is not None and process.poll() is not None  # before it is read
            found = read_status(self.folder)
            if found.state == "running" and ended and not is_held(self.folder):
                found = interrupted(found)
            asked = found.state == "interrupted" and self._asked
            return replace(found, state="cancelled") if asked else found
        if process.poll() is None:
            return Status()
        if self._asked:
            return Status(state="cancelled")
        return Status(state="failed", error=self._last_words() or "The job did not start.")

    def cancel(self) -> None:
        """Let it stop, within about a second; what is finished is kept. Returns at once."""
        self._asked = True
        with writing():
            (self.folder / CANCEL).touch()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait(self, seconds: float) -> Status:
        """Its status when it is over, or after so long."""
        deadline = time.monotonic() + seconds
        while not (found := self.status()).over and time.monotonic() < deadline:
            time.sleep(0.1)
        return found

    def _last_words(self) -> str:
        with suppress(OSError):
            text = (self.folder / LOG).read_bytes()[-TAIL:].decode(errors="replace")
            lines = [line for line in text.splitlines() if line.strip()]
            return lines[-1].removeprefix("error: ") if lines else ""
        return ""


def start_job(plan: Plan, folder: Path) -> JobHandle:
    """Compute a study in a process of its own, in its folder, new or begun before.

    It ends with its work, on `cancel`, or with a kill: not with the program that started it.

    Raises:
        InputError: it is being computed already. XaiError: the disk cannot be written.
    """
    folder = folder.absolute()
    if is_held(folder):
        raise InputError("This study is being computed already.", "Wait for it, or cancel it.")
    plan.write(folder)
    # -P: a module that lies where it is started is none of the program's.
    command = [sys.executable, "-P", "-m", "xai_core", "study", "--resume", str(folder), "--json"]
    if plan.trusted:
        command.append("--trust")
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    with writing():
        for name in (NAME, CANCEL):
            (folder / name).unlink(missing_ok=True)
        with (folder / LOG).open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - every word is our own
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=True,
            )
    return JobHandle(folder, process)
