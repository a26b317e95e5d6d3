from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.models.tensorflow.conftest import written
from xai_core.worker import Worker


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of TensorFlow's models that `write.py` writes."""
    return written(tmp_path_factory.mktemp("tensorflow"))


@pytest.fixture(scope="session")
def tensorflow() -> Iterator[Worker]:
    """One worker for all of its files: starting TensorFlow takes most of the time."""
    with Worker() as one:
        yield one
