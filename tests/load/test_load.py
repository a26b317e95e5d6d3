"""Many visitors at once on two processes: all finish with their own, and memory comes back."""

from __future__ import annotations

import gc
import io
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from PIL import Image
from torch import nn

from tests.dose import dose
from tests.load.client import PATIENCE, Visitor
from tests.server import ROOT, serving

SESSIONS, WORKERS, CLASSES = dose(3, 30), 2, 31
BALLAST = 500_000  # numbers that make each model file 2 MB, so that one that stays is seen
COMMAND = "bootstrap.py"  # what a worker's process runs
pytestmark = pytest.mark.xdist_group("load")


def model_of(number: int) -> bytes:
    """A network that sees class `number` in every picture."""
    torch.manual_seed(number)
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3, stride=4),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4, CLASSES),
    )
    with torch.no_grad():
        net[-1].bias[number] += 10.0
    net.register_buffer("ballast", torch.rand(BALLAST))
    buffer = io.BytesIO()
    torch.save(net.eval(), buffer)
    return buffer.getvalue()


def picture_of(number: int) -> bytes:
    """Noise of half a megabyte, another for each number."""
    noise = np.random.default_rng(number).integers(0, 255, (420, 420, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "PNG")
    return buffer.getvalue()


class Figures:
    """The memory of a server and its processes, in MB, while it is watched."""

    def __init__(self, server: psutil.Process) -> None:
        self._server = server
        self.most_workers = 0
        self.peak = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def workers(self) -> list[psutil.Process]:
        """All processes of the server that run models or help."""
        found = []
        for child in self._server.children(recursive=True):
            try:
                if any(COMMAND in word for word in child.cmdline()):
                    found.append(child)
            except psutil.Error:
                continue
        return found

    def server(self) -> float:
        """Of the server alone."""
        return self._server.memory_info().rss / 1e6

    def everything(self) -> float:
        """Of the server with all its processes."""
        total = self.server()
        for worker in self.workers():
            try:
                total += worker.memory_info().rss / 1e6
            except psutil.Error:
                continue
        return total

    def stop(self) -> None:
        """Watch no longer."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            self.most_workers = max(self.most_workers, len(self.workers()))
            self.peak = max(self.peak, self.everything())


def visited(address: str, number: int) -> tuple[int, float]:
    """One session from the first page to its own map; which class it saw, and the seconds."""
    start = time.monotonic()
    name, photo = f"model-{number}.pt", f"photo-{number}.png"
    with Visitor(address) as visitor:
        visitor.open("model")
        visitor.upload("It is looked into", name, model_of(number))
        visitor.until("Loads without running code of the file.")
        visitor.click("Open this model")
        visitor.until("Top classes for")
        visitor.open("heatmaps")
        visitor.upload("PNG, JPEG", photo, picture_of(number))
        visitor.click("Compute")
        whose = f"**{name}** on **{photo}** ·] :small[class "
        visitor.until(whose)
        (seen,) = re.findall(rf"{re.escape(whose)}(\d+)", visitor.text)
        assert "gave no map" not in visitor.text
    return int(seen), time.monotonic() - start


def settled(figures: Figures, helpers: int) -> None:
    """Wait until the processes of models are gone."""
    end = time.monotonic() + PATIENCE
    while len(figures.workers()) > helpers:
        assert time.monotonic() < end, "processes of models stay although everybody has left"
        time.sleep(0.2)


@pytest.fixture
def server(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    environment = {"PEDESTAL_WORKERS": str(WORKERS), "PEDESTAL_GRACE_SECONDS": "0.5"}
    return tmp_path, environment


def test_many_sessions_share_two_processes(
    server: tuple[Path, dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    data, environment = server
    with serving(data, **environment) as address:
        found = next(one for one in psutil.Process().children() if _serves(one, address))
        figures = Figures(found)
        # What a server loads once is no growth, nor is what the heap keeps of as many at once.
        all_at_once(address, figures)
        before, before_all = figures.server(), figures.everything()
        start = time.monotonic()
        results = all_at_once(address, figures)
        seconds = time.monotonic() - start
        gc.collect()
        after, after_all = figures.server(), figures.everything()
        figures.stop()
    times = sorted(taken for _, taken in results)
    with capsys.disabled():
        print(
            f"\n{SESSIONS} sessions on {WORKERS} processes: {seconds:.0f} s in all, a session "
            f"{times[0]:.0f} to {times[-1]:.0f} s (median {times[len(times) // 2]:.0f} s)\n"
            f"memory of the server: {before:.0f} MB before, {after:.0f} MB after; with all its "
            f"processes: {before_all:.0f} MB before, {figures.peak:.0f} MB at most, "
            f"{after_all:.0f} MB after"
        )
    assert [seen for seen, _ in results] == list(range(SESSIONS))
    # While one of a model ends, its successor may be starting. Beside them: the fork server, the
    # two that inspect and score, and for each session one that decodes its picture.
    assert figures.most_workers <= 2 * WORKERS + 3 + SESSIONS
    assert after <= 1.2 * before
    assert after_all <= 1.2 * before_all


def all_at_once(address: str, figures: Figures) -> list[tuple[int, float]]:
    """What `visited` gives for each session."""
    with ThreadPoolExecutor(SESSIONS) as pool:
        results = list(pool.map(lambda one: visited(address, one), range(SESSIONS)))
    settled(figures, helpers=2)
    return results


def _serves(process: psutil.Process, address: str) -> bool:
    port = address.rpartition(":")[2]
    return port in process.cmdline() and str(ROOT) == process.cwd()
