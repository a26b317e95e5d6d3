from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from xai_core.cage.plan import GIB
from xai_core.models.formats.base import LoadOptions
from xai_core.worker import Worker
from xai_core.worker.process.budget import Budget

CODE = Path(__file__).with_name("faulty.py")
OPTIONS = LoadOptions(code=(CODE,), trust=True)
BUDGET = Budget(memory=GIB, disk=64 * 2**20, threads=500)
QUIET = np.random.default_rng(0).random((1, 3, 8, 8)).astype(np.float32)
ASKING = QUIET + 2000
Save = Callable[[str, str], Path]


def faulty() -> ModuleType:
    """`faulty.py` under the name by which its models are pickled."""
    spec = importlib.util.spec_from_file_location("faulty", CODE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["faulty"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def save(tmp_path_factory: pytest.TempPathFactory) -> Save:
    """The file of a model that does a deed at a moment."""
    folder = tmp_path_factory.mktemp("faulty")

    def write(moment: str, deed: str) -> Path:
        import torch

        path = folder / f"{moment}-{deed.replace(' ', '-').replace(':', '')}.pt"
        if not path.exists():
            torch.manual_seed(0)
            torch.save(faulty().Faulty(moment, deed), path)
            del sys.modules["faulty"]
        return path

    return write


@contextmanager
def within(worker: Worker, limit: float) -> Iterator[None]:
    """A call must end soon after the limit."""
    usual, worker._connection.time_limit = worker._connection.time_limit, limit
    worker._connection.started()  # starting is no part of the call
    start = time.monotonic()
    try:
        yield
        assert time.monotonic() - start < limit + 60
    finally:
        worker._connection.time_limit = usual
