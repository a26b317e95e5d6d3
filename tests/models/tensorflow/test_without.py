"""Without TensorFlow's environment: the file is named, the way is told, nothing else suffers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.models.formats.samples import SAMPLES
from xai_core.base.errors import ModelError
from xai_core.cli.main import main
from xai_core.models.tensorflow.environment import VARIABLE
from xai_core.worker import Worker

GRAPH = SAMPLES["savedmodel"][1]


@pytest.fixture(autouse=True)
def _none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "/nowhere/python")


def test_the_worker_says_what_to_run_and_goes_on(tmp_path: Path) -> None:
    import torch

    GRAPH(tmp_path / "saved")
    torch.save(torch.nn.Sequential(torch.nn.Conv2d(3, 2, 3)), tmp_path / "torch")
    with Worker() as worker:
        with pytest.raises(ModelError, match="make tensorflow") as caught:
            worker.load(tmp_path / "saved")
        assert caught.value.code == "needs-tensorflow"
        pid = worker.pid
        assert worker.load(tmp_path / "torch").format == "torch-eager"
        assert worker.pid == pid


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    GRAPH(tmp_path / "saved")
    assert main(["check", str(tmp_path / "saved"), "--json"]) == 12
    answer = json.loads(capsys.readouterr().out)
    assert answer["format"] == "savedmodel"
    assert answer["level"] == "rejected"
    assert [finding["code"] for finding in answer["findings"]] == ["needs-tensorflow"]


def test_formats_and_workers_import_no_tensorflow() -> None:
    script = (
        "import sys, xai_core.worker, xai_core.models.loading\n"
        "from xai_core.models.formats.base import FORMATS\n"
        "assert 'savedmodel' in FORMATS\n"
        "assert not {'torch', 'tensorflow', 'tf2onnx'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
