"""What a worker refuses comes as an error of its own kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xai_core.base.errors import InputError, ModelError, WorkerError
from xai_core.worker import Worker


def test_errors_arrive_as_their_own_kind(
    shared: Worker, inputs: np.ndarray, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="no class 9"):
        shared.explain(inputs, 9, "saliency")
    with pytest.raises(InputError, match="Did you mean 'saliency'"):
        shared.explain(inputs, 1, "salency")
    with pytest.raises(InputError, match="no parameter 'progress'"):
        shared.explain(inputs, 1, "saliency", parameters={"progress": 1})
    with pytest.raises(InputError, match="batch, channels"):
        shared.predict(inputs[0])
    with pytest.raises(ModelError) as caught:
        shared.predict(np.zeros((1, 5, 16, 16), np.float32))
    assert caught.value.code == "forward-failed"
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"this is no model")
    with pytest.raises(ModelError) as caught:
        shared.inspect(broken)
    assert caught.value.code == "unknown-format"


def test_without_a_model_there_is_nothing_to_explain(
    inputs: np.ndarray, tiny: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"this is no model")
    with Worker() as worker:
        with pytest.raises(InputError, match="No model"):
            worker.predict(inputs)
        worker.load(tiny)
        with pytest.raises(ModelError):
            worker.load(broken)
        with pytest.raises(InputError, match="No model"):
            worker.predict(inputs)


def test_a_closed_worker_says_so(inputs: np.ndarray) -> None:
    worker = Worker()
    assert worker.alive
    worker.close()
    worker.close()
    assert not worker.alive
    with pytest.raises(WorkerError, match="closed"):
        worker.predict(inputs)
    with pytest.raises(WorkerError, match="closed"):
        worker.score(np.zeros((1, 2, 2)))
