from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from xai_core.base.patience import CALL_SECONDS
from xai_core.cli import time_limit
from xai_core.cli.main import main
from xai_core.worker import Worker

ROOT = Path(__file__).resolve().parents[2]
USUAL = {"silence": CALL_SECONDS}
Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def program(tmp_path: Path) -> Cli:
    """Runs the command line in an empty folder, as a program of its own."""

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "xai_core", *map(str, words)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return run


@pytest.fixture(scope="session")
def warm_workers() -> Iterator[list[Worker]]:
    """Those that are free; to start one is most of what a command takes."""
    free: list[Worker] = []
    yield free
    for one in free:
        one.close()


@pytest.fixture
def cli(fresh: Cli, warm_workers: list[Worker], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs the command line in an empty folder, in this process."""

    @contextmanager
    def worker(**limits: float) -> Iterator[Worker]:
        if limits != USUAL:
            with Worker(**limits) as one:
                yield one
            return
        one = warm_workers.pop() if warm_workers else Worker(**limits)
        yield one
        warm_workers.append(one)

    monkeypatch.setattr(time_limit, "Worker", worker)
    return fresh


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """As `cli`, but each command starts its worker, in the environment of then."""

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            try:
                code = main([*map(str, words)])
            except SystemExit as left:
                code = int(left.code or 0)
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())

    monkeypatch.chdir(tmp_path)
    return run


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`ready.pt`, `scripted.pt`, `branching.pt` (no graph), `detached.pt`, `broken.pt`, `five.pt`.

    And `against.pt`: every feature speaks against every class, so that Grad-CAM is empty.
    """
    import torch
    from torch import nn

    from tests.models.formats.exported_nets import Branching

    folder = tmp_path_factory.mktemp("models")
    torch.manual_seed(0)
    stem = (nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 8, 3), nn.ReLU())
    model = nn.Sequential(*stem, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4)).eval()
    torch.save(model, folder / "ready.pt")
    torch.jit.script(model).save(folder / "scripted.pt")
    torch.jit.script(Branching().eval()).save(folder / "branching.pt")
    torch.jit.trace(Detached(model), torch.zeros(1, 3, 16, 16)).save(folder / "detached.pt")
    (folder / "broken.pt").write_bytes((folder / "ready.pt").read_bytes()[:700])
    with torch.no_grad():
        model[-1].weight.abs_().neg_()
    torch.save(model, folder / "against.pt")
    five = nn.Sequential(nn.Conv2d(5, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    torch.save(five, folder / "five.pt")
    return folder


class Detached:
    """Built at first use, so that collecting tests does not import torch."""

    def __new__(cls, inner: object) -> object:
        from torch import Tensor, nn

        class Module(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.inner = inner

            def forward(self, x: Tensor) -> Tensor:
                return self.inner(x.detach())

        return Module()


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "noise.png"
    pixels = np.random.default_rng(0).integers(0, 255, (40, 50, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path
