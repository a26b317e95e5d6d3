"""Where the packages that guard a model's process are missing, all starts, and says so."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.door.installing import HIDDEN, ROOT, alone, environment
from tests.server import serving
from xai_core.demo.wafer.exhibits import wafer_exhibits

FILES = "files (the package landlockpy is not installed)"
CALLS = "network and other processes (pyseccomp or libseccomp2 is not installed)"
PAGES = """
from streamlit.testing.v1 import AppTest
first = AppTest.from_file("app.py", default_timeout=240).run()
assert not first.exception, first.exception
line = AppTest.from_string("from components.model import unprotected; unprotected.show()").run()
assert not line.exception, line.exception
print(*(one.value for one in line.caption))
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment(tmp_path_factory.mktemp("without") / "env", hidden=HIDDEN)


def ran(python: Path, data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, *words],
        cwd=ROOT,
        env=alone(PEDESTAL_DATA=str(data)),
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_a_model_is_assessed_without_trust(python: Path, tmp_path: Path) -> None:
    model = str(wafer_exhibits()[0].model_path)
    done = ran(python, tmp_path, "-m", "xai_core", "check", model, "--json")
    assert done.returncode == 0, done.stderr
    protection = json.loads(done.stdout)["protection"]
    assert not protection["complete"]
    off = {one["name"]: one["detail"] for one in protection["guards"] if not one["works"]}
    assert {f"files ({off['files']})", f"network and other processes ({off['calls']})"} == {
        FILES,
        CALLS,
    }


def test_no_trusted_code_runs(python: Path, tmp_path: Path) -> None:
    words = ("check", str(wafer_exhibits()[0].model_path), "--trust")
    done = ran(python, tmp_path, "-m", "xai_core", *words)
    assert "protection-off" in done.stdout
    assert f"off: not protected are {FILES}, {CALLS}" in " ".join(done.stdout.split())


def test_the_dashboard_starts_and_says_so_at_once(python: Path, tmp_path: Path) -> None:
    program = (python, "-m", "xai_core", "run", "--")
    with serving(tmp_path, program=program, script="--server.headless=true"):
        log = (tmp_path / "server.log").read_text("utf-8")
    assert f"protection off: not protected are {FILES}, {CALLS}" in log


def test_its_pages_say_so(python: Path, tmp_path: Path) -> None:
    done = ran(python, tmp_path, "-c", PAGES)
    assert done.returncode == 0, done.stderr
    plain = done.stdout.replace("\\", "")
    assert f"Protection is off: not protected are {FILES}, {CALLS}." in plain
