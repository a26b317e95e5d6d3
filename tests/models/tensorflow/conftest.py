from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from xai_core.models.tensorflow.environment import interpreter
from xai_core.worker import Worker

WRITE = Path(__file__).with_name("write.py")


@pytest.fixture(scope="session")
def worker(tensorflow: Worker) -> Worker:
    """That of all files of TensorFlow."""
    return tensorflow


def zipped(folder: Path, target: Path) -> Path:
    """The folder as a zip, under a name that says nothing."""
    archive = shutil.make_archive(str(target), "zip", folder.parent, folder.name)
    return Path(archive).rename(target)


def written(folder: Path) -> Path:
    """That folder, with the models in it that TensorFlow's own interpreter writes."""
    python = interpreter()
    assert python is not None, "run `make tensorflow` first"
    done = subprocess.run([str(python), str(WRITE), str(folder)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder
