"""What a trusted model's code can reach: its own file, the libraries, and nothing else."""

from __future__ import annotations

import pytest

from tests.cage.conftest import INPUTS, Probe
from tests.cage.prober import ATTEMPTS
from xai_core.base.errors import ModelError
from xai_core.worker import Worker
from xai_core.worker.process.budget import PROTECTION, UNPROTECTED

# What works in any process of the same user, root or not, wherever it runs.
ALWAYS_WORKS = (
    *("read the secret", "list the root", "read the passwords", "write beside the secret"),
    *("connect to a port", "connect to a local socket", "fork", "run a program"),
    *("signal the host", "read the program's settings", "truncate the secret", "outlive the host"),
    *("write to its own model", "read the secret in a thread", "have a file signal the host"),
)


@pytest.fixture(scope="module")
def caged(probe: Probe) -> dict[str, str | None]:
    with Worker() as worker:
        assert worker.protection.complete, worker.protection.sentence
        return probe(worker)


@pytest.mark.parametrize("name", ATTEMPTS)
def test_an_attempt_to_get_out_is_refused(name: str, caged: dict[str, str | None]) -> None:
    assert caged[name] is None


def test_the_attempts_do_succeed_without_a_cage(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROTECTION, "off")
    monkeypatch.setenv(UNPROTECTED, "1")
    with Worker() as worker:
        free = probe(worker)
    assert not [name for name in ALWAYS_WORKS if free[name] is None]
    assert free["read the secret"] == "hunter2"


def test_without_protection_trust_is_refused_and_the_rest_works(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROTECTION, "off")
    monkeypatch.delenv(UNPROTECTED, raising=False)
    with Worker() as worker:
        assert not worker.protection.complete
        assert "as configured" in worker.protection.sentence
        with pytest.raises(ModelError, match=UNPROTECTED) as caught:
            probe(worker)
        assert caught.value.code == "protection-off"
        assert worker.score(INPUTS[0]).shape == (3,)
