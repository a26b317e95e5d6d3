"""Ray: the same rows as the local engine, on loopback only, and nobody stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.faults.test_study import living
from tests.studies.jobs.tiny import make, rows, same
from xai_core.studies.jobs.driver import run_job
from xai_core.studies.jobs.status import read_status

pytest.importorskip("ray")
pytestmark = pytest.mark.xdist_group("ray")
ROOT = Path(__file__).parents[3]
PICTURES = 150


def name_of(process: psutil.Process) -> str:
    """As it calls itself; empty of one that has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def sockets(family: list[psutil.Process]) -> list[tuple[str, str]]:
    """Who listens where."""
    return [
        (one.name(), connection.laddr.ip)
        for one in family
        if one.is_running()
        for connection in one.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]


def test_the_same_study_by_ray(tmp_path: Path) -> None:
    plan = make(tmp_path, PICTURES)
    folder = tmp_path / "ray"
    replace(plan, engine="ray").write(folder)
    words = [sys.executable, "-m", "xai_core", "study", "--resume", str(folder), "--json"]
    before = set(Path("/tmp").glob("pd-ray-*"))  # noqa: S108
    job = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    driver = psutil.Process(job.pid)
    family: list[psutil.Process] = []
    while job.poll() is None and not any("ray::Actor" in name_of(one) for one in family):
        time.sleep(0.1)
        family = driver.children(recursive=True)
    actor = next(one for one in family if "ray::Actor" in name_of(one))
    found = sockets([driver, *family])
    assert len(found) >= 4, "Ray's processes listen to each other"
    assert {ip.removeprefix("::ffff:") for _, ip in found} == {"127.0.0.1"}
    assert not any("Dashboard" in name for name, _ in found)
    (own,) = set(Path("/tmp").glob("pd-ray-*")) - before  # noqa: S108
    environment = actor.environ()
    assert environment["RAY_AUTH_MODE"] == "token"
    assert len(environment["RAY_AUTH_TOKEN"]) == 64
    assert environment["RAY_USAGE_STATS_ENABLED"] == "0"
    while job.poll() is None and read_status(folder).done == 0:
        time.sleep(0.05)
    family = driver.children(recursive=True)
    os.kill(actor.pid, signal.SIGKILL)
    out, said = job.communicate(timeout=300)
    assert job.returncode == 0, said
    assert json.loads(out)["status"]["done"] == PICTURES, "one object on standard output"
    assert not living(family), "nobody stays behind"
    assert not own.exists()
    run_job(replace(plan, workers=2), tmp_path / "local")
    assert same(rows(folder), rows(tmp_path / "local"))
