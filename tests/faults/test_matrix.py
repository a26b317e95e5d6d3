"""Every way to die or to lie, in every operation: a clear error, and the next call works."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.dose import WHOLE
from tests.faults.conftest import ASKING, BUDGET, OPTIONS, QUIET, Save, faulty, within
from xai_core.base.errors import WorkerError, XaiError
from xai_core.readiness.result import Verdict
from xai_core.worker import Worker

LIMIT = 1.0  # for deeds that never end by themselves
LONG = 30.0  # for those that do; far above what they take
DEEDS = {name: tuple(getattr(faulty(), name)) for name in ("LIES", "LIMITED", "DEATHS", "REFUSALS")}
CODES = {
    "memory": "memory-limit",
    "huge": "memory-limit",
    "lie: length": "memory-limit",
    "threads": "resource-limit",
    "many files": "resource-limit",
    "deleted files": "resource-limit",
    **dict.fromkeys(DEEDS["LIMITED"], "time-limit"),
}
Call = Callable[[Worker, Path, bool], object]


def load(worker: Worker, path: Path, asking: bool) -> object:
    return worker.load(path, OPTIONS) if asking else "loaded"


def assess(worker: Worker, path: Path, asking: bool) -> object:
    verdict = worker.assess(ASKING if asking else QUIET)
    return verdict if asking else verdict.level


def explain(worker: Worker, path: Path, asking: bool) -> object:
    return worker.explain(ASKING if asking else QUIET, 0, "saliency").values.tolist()


def score(worker: Worker, path: Path, asking: bool) -> object:
    return worker.score(ASKING[0] if asking else QUIET[0]).tolist()


OPERATIONS: dict[str, tuple[Call, str]] = {
    "load": (load, "load"),
    "assess": (assess, "model"),
    "explain": (explain, "model"),
    "score": (score, "score"),
}
XDIST = {
    name: pytest.mark.xdist_group(f"faults-{place % 2}") for place, name in enumerate(OPERATIONS)
}


ENDLESS = ("load", "loop")  # its limit is not only the worker's
FATAL = (*DEEDS["LIES"], *DEEDS["DEATHS"], *DEEDS["LIMITED"])


def with_operations(deeds: Sequence[str], *, all_of_them: bool) -> pytest.MarkDecorator:
    """Each deed in every operation; in a dose each in one of them, in turn."""
    pairs = [
        pytest.param(operation, deed, marks=XDIST[operation])
        for place, operation in enumerate(OPERATIONS)
        for number, deed in enumerate(deeds)
        if all_of_them or number % len(OPERATIONS) == place or (operation, deed) == ENDLESS
    ]
    return pytest.mark.parametrize(("operation", "deed"), pairs, indirect=["operation"])


@pytest.fixture(scope="module")
def operation(request: pytest.FixtureRequest) -> Iterator[tuple[Worker, Call, str]]:
    """One worker for all faults of an operation: it is replaced after each death anyway."""
    with Worker(budget=BUDGET) as worker:
        yield worker, *OPERATIONS[request.param]


def provoke(
    operation: tuple[Worker, Call, str],
    save: Save,
    deed: str,
    limit: float,
    meanwhile: Callable[[Worker], object] = lambda worker: None,
) -> XaiError:
    """The error of the one call that meets the deed."""
    worker, call, moment = operation
    path = save(moment, deed)
    if call is not load:
        worker.load(path, OPTIONS)
    with within(worker, limit):
        meanwhile(worker)
        try:
            result = call(worker, path, True)
        except XaiError as error:
            return error
    assert isinstance(result, Verdict), result
    assert result.level == "rejected"  # an assessment tells of a refusal in its verdict
    finding = result.findings[0]
    return XaiError(finding.message, finding.hint, code=finding.code)


def kill_soon(worker: Worker) -> None:
    """While it is in the call."""
    threading.Timer(0.7, os.kill, (worker.pid, signal.SIGKILL)).start()


def works(operation: tuple[Worker, Call, str], save: Save) -> object:
    """What the next call gives."""
    worker, call, _ = operation
    if call is load:
        return worker.load(save("never", "exit"), OPTIONS).parameters
    if call is score:  # needs no model, so that none would be opened again; Quantus takes seconds
        worker.load(save("score", "exit"), OPTIONS)
    return call(worker, Path(), False)


@with_operations(FATAL, all_of_them=WHOLE)
def test_a_death_or_a_lie_is_told_and_survived(
    deed: str, operation: tuple[Worker, Call, str], save: Save
) -> None:
    worker = operation[0]
    limit = LIMIT if deed in DEEDS["LIMITED"] else LONG
    error = provoke(operation, save, deed, limit)
    assert isinstance(error, WorkerError)
    assert error.code == CODES.get(deed, "crashed"), error
    assert error.hint
    assert not worker.alive
    first = works(operation, save)
    assert worker.alive
    np.testing.assert_equal(first, works(operation, save))


@with_operations(["loop"], all_of_them=True)
def test_a_kill_from_outside(deed: str, operation: tuple[Worker, Call, str], save: Save) -> None:
    error = provoke(operation, save, deed, LONG, kill_soon)
    assert (error.code, error.facts["signal"]) == ("crashed", "SIGKILL")
    works(operation, save)


@with_operations(DEEDS["REFUSALS"], all_of_them=WHOLE)
def test_what_the_kernel_refuses_is_an_error_of_the_model(
    deed: str, operation: tuple[Worker, Call, str], save: Save
) -> None:
    worker = operation[0]
    error = provoke(operation, save, deed, LONG)
    words = {"huge": "memory", "fork bomb": "not permitted", "large file": "too large"}
    assert words[deed] in str(error).lower()
    assert worker.alive, "it had no reason to die"
    works(operation, save)
