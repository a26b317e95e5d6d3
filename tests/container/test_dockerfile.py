"""The steps of the Dockerfile, run in a fresh folder that holds only what it copies."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.container.dockerfile import ROOT, copied, environment, instructions, lay_out, named, seen
from tests.dose import dose
from xai_core.worker import Worker

FOUND = instructions((ROOT / "Dockerfile").read_text(encoding="utf-8"))
SOURCES = [source for source, _ in copied(FOUND)]
START_SECONDS = 120
# The first page, which shows the demo's result, and a process for models with its guards.
PROBE = """
import sys
from pathlib import Path
sys.path.insert(0, "")
import components, xai_core
for module in (components, xai_core):
    assert Path(module.__file__).is_relative_to(Path.cwd()), module
from streamlit import config
assert config.get_option("client.toolbarMode") == "minimal"
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=240).run()
assert not app.exception
from xai_core.worker import Worker
with Worker() as worker:
    print(worker.protection.sentence)
"""
# What is copied, and the step that fails without it.
NEEDED_BY = {
    "scripts/system-packages.sh": "packages",
    "requirements.txt": "requirements",
    "constraints.txt": "requirements",
    ".streamlit/config.toml": "probe",
    "deploy/start.sh": "start",
    "xai_core": "probe",
    "components": "probe",
    "pages": "probe",
    "app.py": "probe",
}
ONE_A_STEP = list({step: source for source, step in NEEDED_BY.items()}.values())


class Image:
    """What a build would make, without its root: the folder, the environment, the user's steps."""

    def __init__(self, place: Path, without: str = "") -> None:
        self.data = place / "data"
        self.home = lay_out(FOUND, place / "root", {without})
        self.port = free_port()
        own = {"PEDESTAL_DATA": str(self.data), "STREAMLIT_SERVER_PORT": str(self.port)}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        kept = {name: os.environ[name] for name in ("LANG", "HOME") if name in os.environ}
        self.environment = {**kept, **environment(FOUND), **own, "PATH": path}

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.home,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def healthy(self) -> bool:
        return self.run(*named(FOUND, "HEALTHCHECK")[0].words).returncode == 0

    @contextmanager
    def started(self) -> Iterator[subprocess.Popen[bytes]]:
        """Its CMD, until the block ends."""
        with (self.home / "server.log").open("wb") as log:
            server = subprocess.Popen(
                named(FOUND, "CMD")[0].words,
                cwd=self.home,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            try:
                yield server
            finally:
                server.terminate()
                server.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def steps() -> dict[str, list[str]]:
    """What RUN does, as far as it needs no root and installs nothing, and a look at the result."""
    packages, requirements, bytecode, _ = [shlex.split(one.text) for one in named(FOUND, "RUN")]
    return {
        "packages": ["sh", "-n", packages[1]],
        "requirements": [*requirements, "--quiet", "--dry-run", "--no-index"],
        "bytecode": bytecode,
        "start": ["sh", "-n", *named(FOUND, "CMD")[0].words[1:]],
        "probe": ["python", "-c", PROBE],
    }


def test_the_steps_run_in_a_fresh_folder(tmp_path: Path) -> None:
    image = Image(tmp_path)
    for step in steps().values():
        done = image.run(*step)
        assert done.returncode == 0, done.stderr
    with Worker() as here:
        assert done.stdout.split() == here.protection.sentence.split() != []


@pytest.mark.parametrize("source", dose(ONE_A_STEP, SOURCES))
def test_nothing_that_is_copied_could_be_left_out(source: str, tmp_path: Path) -> None:
    image = Image(tmp_path, without=source)
    assert image.run(*steps()[NEEDED_BY[source]]).returncode != 0


def test_the_server_starts_and_its_health_is_seen(tmp_path: Path) -> None:
    image = Image(tmp_path)
    left = image.data / "tmp" / "xai-worker-of-a-killed-server"
    left.mkdir(parents=True)
    kept = image.data / "runs"
    kept.mkdir()
    assert not image.healthy()
    with image.started() as server:
        end = time.monotonic() + START_SECONDS
        while not image.healthy():
            assert server.poll() is None, (image.home / "server.log").read_text("utf-8")
            assert time.monotonic() < end
        with socket.create_connection(("127.0.0.2", image.port), 5):
            pass  # it listens on more than localhost
        assert kept.exists()
        assert not left.exists()
    assert not image.healthy()


def test_the_container_is_not_roots() -> None:
    number, _, group = named(FOUND, "USER")[-1].text.partition(":")
    assert int(number) > 0
    assert int(group) > 0
    made = named(FOUND, "RUN")[-1].text
    assert f"--uid {number} " in made
    assert f" {environment(FOUND)['PEDESTAL_DATA']}" in made
    assert FOUND.index(named(FOUND, "RUN")[-1]) < FOUND.index(named(FOUND, "USER")[-1])


def test_port_and_volume_are_those_of_the_server() -> None:
    assert named(FOUND, "VOLUME")[0].text == environment(FOUND)["PEDESTAL_DATA"]
    assert named(FOUND, "EXPOSE")[0].text == environment(FOUND)["STREAMLIT_SERVER_PORT"]


def test_it_has_the_system_packages_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    lists = re.findall(r"system-packages\.sh \$\(PYTHON\) (.+)", makefile)
    wanted = set(next(one for one in lists if "libseccomp2" in one).split()) - {"python3-venv"}
    first = shlex.split(named(FOUND, "RUN")[0].text)
    assert set(first[3 : first.index("&&")]) == wanted


def test_secrets_and_leavings_stay_out() -> None:
    assert seen("app.py")
    assert seen("xai_core/__init__.py")
    for path in (
        ".streamlit/secrets.toml",
        ".git/config",
        ".env",
        ".venv/pyvenv.cfg",
        "xai_core/__pycache__/errors.cpython-311.pyc",
        "tests/conftest.py",
    ):
        assert not seen(path), path
