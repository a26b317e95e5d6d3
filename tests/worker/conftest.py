from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from xai_core.models.formats.base import LoadOptions
from xai_core.worker import Worker

CODE = Path(__file__).with_name("misbehaving.py")
OPTIONS = LoadOptions(code=(CODE,), trust=True)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound classifier of 4 classes for pictures of any size."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    layers = (nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 8, 3), nn.ReLU())
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4))
    path = tmp_path_factory.mktemp("models") / "tiny.pt"
    torch.save(model, path)
    return path


@pytest.fixture(scope="session")
def misbehaving(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The file of a model that does a deed of `misbehaving.py` when its input asks for it."""
    import torch

    folder = tmp_path_factory.mktemp("misbehaving")

    def save(deed: str) -> Path:
        path = folder / f"{deed}.pt"
        if not path.exists():
            spec = importlib.util.spec_from_file_location("misbehaving", CODE)
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules["misbehaving"] = module
            spec.loader.exec_module(module)
            torch.manual_seed(0)
            torch.save(module.Misbehaving(deed), path)
            del sys.modules["misbehaving"]
        return path

    return save


@pytest.fixture(scope="package")
def shared(tiny: Path) -> Iterator[Worker]:
    """A worker that holds `tiny`, for tests that leave it as it was."""
    with Worker() as worker:
        worker.load(tiny)
        yield worker


@pytest.fixture(scope="session")
def inputs() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((1, 3, 16, 16)).astype(np.float32)


@pytest.fixture(scope="session")
def trigger(inputs: np.ndarray) -> np.ndarray:
    """The same, but it asks for the deed."""
    asking = inputs.copy()
    asking[0, 0, 0, 0] = 2000.0
    return asking


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take its time to hear a cancel."""
    monkeypatch.setattr("xai_core.worker.call.CANCEL_LIMIT", 60.0)
