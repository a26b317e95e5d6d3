"""Runs every attack, and tells for each what came of it: `python -m tests.corpus.bench`.

Twice: without trust in a worker whose cage is off, so that whatever runs leaves its mark; and with
trust in a caged worker, where code may run but must get nowhere.
"""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np

from tests.corpus import archives, graphs, pickles
from tests.corpus.attack import SECRET, Attack, Places
from xai_core.base.errors import WorkerError, XaiError
from xai_core.models.formats.base import LoadOptions
from xai_core.worker import Worker
from xai_core.worker.process.budget import PROTECTION, UNPROTECTED, Budget

ATTACKS = (*pickles.ATTACKS, *graphs.ATTACKS, *archives.ATTACKS)
BUDGET = Budget(memory=3 * 2**30)
SECONDS = 60.0
# What these do with trust and without a cage shows that the others fail for a reason.
POTENT = (
    *("pickle: graph-module", "pickle: dotted-from-file", "pickle: own-code"),
    *("torchscript: saves-when-run", "torchscript: maps-a-new-file"),
    *("torchscript: saves-when-loaded", "pt2: pickle-inside"),
    *("keras: lambda-in-a-sound-model", "keras: torch-module-inside"),
)


@dataclass(frozen=True)
class Row:
    """What came of one attack.

    Attributes:
        told: before anything is loaded. plain: of loading it without trust. trusted: with trust.
        ran: it made its canary without trust. reached: it made its canary, connected, or got hold
            of the secret with trust and in the cage. loose: it reached that with trust and without
            a cage; None for attacks of which this is not expected.
    """

    attack: Attack
    told: str
    plain: str
    trusted: str
    ran: bool
    reached: bool
    loose: bool | None


@contextmanager
def listening() -> Iterator[socket.socket]:
    """A listener that nobody should connect to."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def table() -> Iterator[Row]:
    """A row for every attack."""
    with listening() as listener, tempfile.TemporaryDirectory() as name, _uncaged() as free:
        folder = Path(name)
        (folder / "secret").write_text(SECRET)
        with Worker(budget=BUDGET, time_limit=SECONDS) as caged:
            for attack in ATTACKS:
                places = Places(folder / "canary", folder / "secret", listener.getsockname()[1])
                path, code = folder / "model", ()
                with contextlib.chdir(folder):  # some libraries run a model to save it
                    attack.write(path, places)
                _traces(places, listener)
                if attack.code is not None:
                    code = (folder / "net.py",)
                    code[0].write_text(attack.code(places))
                told, opened = _told(free, path), _opened(free, path, LoadOptions(code=code))
                ran = _traces(places, listener)
                trust = LoadOptions(code=code, trust=True)
                trusted = _opened(caged, path, trust)
                reached = _traces(places, listener) or _leaked(caged)
                loose = None
                if f"{attack.kind}: {attack.name}" in POTENT:
                    _opened(free, path, trust)
                    loose = _traces(places, listener)
                yield Row(attack, told, opened, trusted, ran, reached, loose)


@contextmanager
def _uncaged() -> Iterator[Worker]:
    with patch.dict(os.environ, {PROTECTION: "off", UNPROTECTED: "1"}):
        worker = Worker(budget=BUDGET, time_limit=SECONDS)
        assert not worker.protection.complete
    with worker, patch.dict(os.environ, {UNPROTECTED: "1"}):
        yield worker
        assert not worker.protection.complete, "it died on the way, and was started anew"


def _told(worker: Worker, path: Path) -> str:
    try:
        found = worker.inspect(path).findings
        return ", ".join(finding.code for finding in found) or "nothing"
    except XaiError as error:
        return _named(error)


def _opened(worker: Worker, path: Path, options: LoadOptions) -> str:
    try:
        shape = worker.load(path, options).input_spec.shape
        worker.predict(np.zeros((1, *shape), np.float32))
        return "opened"
    except XaiError as error:
        return _named(error)


def _named(error: XaiError) -> str:
    return f"died: {error.code}" if isinstance(error, WorkerError) else error.code


def _traces(places: Places, listener: socket.socket) -> bool:
    """Whether the canary or a connection is there; clears both."""
    found = places.canary.exists()
    places.canary.unlink(missing_ok=True)
    with contextlib.suppress(BlockingIOError):
        while True:
            listener.accept()[0].close()
            found = True
    return found


def _leaked(worker: Worker) -> bool:
    """Whether the secret is anywhere in the folder of the process."""
    home = worker._connection.process.home
    files = [path for path in home.rglob("*") if path.is_file()]
    return any(SECRET.encode() in path.read_bytes() for path in files)


def as_text(rows: list[Row]) -> str:
    """The table for a person."""
    heads = ("attack", "told before", "without trust", "with trust, caged")
    lines = ["{:44} {:32} {:22} {:22} ran  reached  without a cage".format(*heads)]
    for row in rows:
        name = f"{row.attack.kind}: {row.attack.name}"
        flags = [
            "" if x is None else "yes" if x else "no" for x in (row.ran, row.reached, row.loose)
        ]
        marks = "{:4} {:8} {}".format(*flags)
        lines.append(f"{name:44} {row.told[:32]:32} {row.plain:22} {row.trusted:22} {marks}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(as_text(list(table())))
