"""TensorFlow graphs that read and write files, trusted, inside and outside the cage."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest

from tests.dose import soaked
from tests.models.tensorflow.conftest import zipped
from xai_core.base.errors import XaiError
from xai_core.models.formats.base import LoadOptions
from xai_core.worker import Worker
from xai_core.worker.process.budget import PROTECTION, UNPROTECTED

pytestmark = pytest.mark.xdist_group("tensorflow")
DEEDS = ("reads", "saves", "prints")
INPUTS = np.zeros((1, 3, 16, 16), np.float32)


def traces(models: Path) -> list[Path]:
    """What the hostile graphs have written; removed."""
    found = list(models.glob("written-by-a-model*"))
    for path in found:
        path.unlink()
    return found


def run(worker: Worker, path: Path) -> None:
    with contextlib.suppress(XaiError):
        worker.load(path, LoadOptions(trust=True))
        worker.predict(INPUTS)


@pytest.mark.parametrize("deed", DEEDS)
def test_a_trusted_graph_writes_nothing_outside(
    deed: str, models: Path, worker: Worker, tmp_path: Path
) -> None:
    run(worker, zipped(models / f"hostile-{deed}", tmp_path / "x"))
    assert worker.protection.complete
    assert not traces(models)


@soaked
def test_without_a_cage_it_would(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROTECTION, "off")
    monkeypatch.setenv(UNPROTECTED, "1")
    with Worker() as free:
        for deed in DEEDS:
            run(free, zipped(models / f"hostile-{deed}", tmp_path / deed))
            assert traces(models), deed
