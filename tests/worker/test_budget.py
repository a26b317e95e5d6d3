"""What a worker may take, and what is said when it takes more."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xai_core.base.errors import InputError, ModelError
from xai_core.cage.plan import GIB
from xai_core.worker.decoding import Decoder
from xai_core.worker.process.budget import MEMORY, Budget
from xai_core.worker.process.disk import written
from xai_core.worker.process.out_of_memory import out_of_memory
from xai_core.worker.process.watchdog import excess


def test_the_memory_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MEMORY, "1.5")
    assert Budget.configured().memory == 3 * GIB // 2
    monkeypatch.delenv(MEMORY)
    assert Budget.configured().memory >= 2 * GIB


@pytest.mark.parametrize("value", ["much", "0", "-2", "nan", "inf"])
def test_a_memory_that_is_none(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MEMORY, value)
    with pytest.raises(InputError, match=MEMORY):
        Budget.configured()


@pytest.mark.parametrize(
    ("taken", "code", "figures"),
    [
        ((101, 0), "memory-limit", "GiB"),
        ((0, 8), "resource-limit", "8 threads"),
    ],
)
def test_an_excess_is_told_with_figures(taken: tuple[int, int], code: str, figures: str) -> None:
    budget = Budget(memory=100, disk=50, threads=7)
    assert excess(100, 7, budget) is None
    error = excess(*taken, budget)
    assert error is not None
    assert error.code == code
    assert figures in error.message
    assert error.hint


def test_files_without_a_name_are_counted(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "kept").write_bytes(bytes(40_960))
    before = written(tmp_path, os.getpid()).bytes
    assert before >= 40_960
    with (tmp_path / "gone").open("wb") as file:
        os.unlink(file.name)
        file.write(bytes(81_920))
        file.flush()
        assert written(tmp_path, os.getpid()).bytes >= before + 81_920


def test_a_refused_allocation_is_found_behind_what_it_caused() -> None:
    error = ModelError("The model fails.", code="forward-failed")
    assert out_of_memory(error) is None
    error.__cause__ = RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")
    found = out_of_memory(error)
    assert found is not None
    assert found.code == "memory-limit"
    assert out_of_memory(MemoryError()) is not None


def test_a_decoder_shares_its_workers_cores() -> None:
    budget = Budget(2**30, cores=3, gpu="GPU-1")
    assert budget.settings == {
        "OMP_NUM_THREADS": "3",
        "MKL_NUM_THREADS": "3",
        "CUDA_VISIBLE_DEVICES": "GPU-1",
    }
    decoder = Decoder(budget)
    try:
        assert decoder._connection.budget.settings == budget.settings
    finally:
        decoder.close()
