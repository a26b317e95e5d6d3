"""Ray: the same rows as the local engine, on loopback only; a kill of all of it costs seconds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.faults.test_study import living
from tests.studies.jobs.tiny import ROUNDING, make, rows, same, written
from xai_core.studies.jobs.driver import run_job
from xai_core.studies.jobs.status import read_status

pytest.importorskip("ray")
pytestmark = pytest.mark.xdist_group("ray")
ROOT = Path(__file__).parents[3]
PICTURES = 640
STEP, PAUSE = 0.05, 1.0  # seconds: a shard is written after three, in which little is computed so


def name_of(process: psutil.Process) -> str:
    """As it calls itself; empty of one that has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def actors(driver: psutil.Process) -> set[int]:
    """Those that compute, by number."""
    return {one.pid for one in driver.children(recursive=True) if "ray::Actor" in name_of(one)}


def sockets(family: list[psutil.Process]) -> list[tuple[str, str]]:
    """Who listens where."""
    found = []
    for one in family:
        with suppress(psutil.Error):  # its helpers come and go
            found += [
                (one.name(), connection.laddr.ip)
                for connection in one.net_connections("inet")
                if connection.status == psutil.CONN_LISTEN
            ]
    return found


def test_a_study_begun_by_ray_ends_locally_as_if_it_was_one(tmp_path: Path) -> None:
    plan = make(tmp_path, PICTURES)
    folder = tmp_path / "ray"
    replace(plan, engine="ray").write(folder)
    words = [sys.executable, "-m", "xai_core", "study", "--resume", str(folder), "--json"]
    before = set(Path("/tmp").glob("pd-ray-*"))  # noqa: S108
    job = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    driver = psutil.Process(job.pid)
    while job.poll() is None and not actors(driver):
        time.sleep(0.1)
    victim = actors(driver).pop()
    job.send_signal(signal.SIGSTOP)  # however fast the machine is, the study goes on step by step
    family = driver.children(recursive=True)
    found = sockets([driver, *family])
    assert len(found) >= 4, "Ray's processes listen to each other"
    assert {ip.removeprefix("::ffff:") for _, ip in found} == {"127.0.0.1"}
    assert not any("Dashboard" in name for name, _ in found)
    (own,) = set(Path("/tmp").glob("pd-ray-*")) - before  # noqa: S108
    environment = psutil.Process(victim).environ()
    assert environment["RAY_AUTH_MODE"] == "token"
    assert len(environment["RAY_AUTH_TOKEN"]) == 64
    assert environment["RAY_USAGE_STATS_ENABLED"] == "0"
    while not written(folder):
        job.send_signal(signal.SIGCONT)
        time.sleep(STEP)
        job.send_signal(signal.SIGSTOP)
        time.sleep(PAUSE)
    others = actors(driver) - {victim}
    for one in others:
        os.kill(one, signal.SIGSTOP)
    os.kill(victim, signal.SIGKILL)
    job.send_signal(signal.SIGCONT)
    while job.poll() is None and actors(driver) <= {victim, *others}:  # another takes its place
        time.sleep(0.05)
    family = driver.children(recursive=True)
    job.kill()
    for one in others:
        os.kill(one, signal.SIGCONT)
    out, said = job.communicate(timeout=60)
    assert (out, said) == (b"", b""), "Ray says nothing between the lines of a program"
    assert not living(family), "nobody stays behind"
    assert not own.exists()
    assert read_status(folder).state == "interrupted"
    by_ray = rows(folder)
    assert by_ray, "what was finished is kept"
    run_job(replace(plan, engine="local"), folder)
    run_job(plan, tmp_path / "local")
    found = rows(folder)
    assert same(found, rows(tmp_path / "local"), ROUNDING)
    assert all(found[key].seconds == row.seconds for key, row in by_ray.items()), "none again"
