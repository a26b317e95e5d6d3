"""The wheel in an environment of its own, in a folder elsewhere: it starts, and its page opens."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import screen
from tests.browser.conftest import Visit
from tests.browser.test_first_minute import OVERVIEW
from tests.browser.test_models import small_network
from tests.door.installing import alone, built, environment, install
from tests.server import serving

# Names of the dashboard's own packages, and of a library: a user's files must not get in the way.
OTHERS = ("components/__init__.py", "pages/__init__.py", "xai_core/__init__.py", "tornado.py")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the environment that the wheel is installed in."""
    folder = tmp_path_factory.mktemp("installed")
    found = environment(folder / "env")
    install(built(folder), found)
    return found


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    for name in OTHERS:
        file = tmp_path / "elsewhere" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("raise SystemExit('a file of the user was imported')\n")
    return tmp_path / "elsewhere"


@pytest.fixture
def installed_address(
    python: Path, elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    program = (python.with_name("pedestal"), "run", "--")
    with serving(
        tmp_path, program=program, script="--server.headless=true", folder=elsewhere
    ) as at:
        yield at


def test_the_first_page_opens(installed_address: str, visit: Visit) -> None:
    page = visit("/", at=installed_address)
    screen.title(page, OVERVIEW)
    expect(page.get_by_role("article")).to_have_count(2)
    expect(page.get_by_role("heading", level=2)).to_contain_text("overtakes")
    colour = "() => getComputedStyle(document.querySelector('.stApp')).color"
    assert page.evaluate(colour) == "rgb(15, 22, 25)"  # .streamlit/config.toml came along
    page.get_by_role("link", name="Tune").click()
    screen.title(page, "Tune")


def test_a_model_is_assessed_in_its_cage(python: Path, elsewhere: Path, tmp_path: Path) -> None:
    model = tmp_path / "small.pt"
    model.write_bytes(small_network())
    done = subprocess.run(
        [python.with_name("pedestal"), "check", model, "--json"],
        cwd=elsewhere,
        env=alone(PEDESTAL_DATA=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["level"] == "ready"
    assert told["protection"]["complete"]


def test_both_names_of_the_command(python: Path, elsewhere: Path) -> None:
    env = alone(PYTHONSAFEPATH="1")  # there is a folder `xai_core` in the current one
    for words in ([python.with_name("pedestal")], [python, "-m", "xai_core"]):
        done = subprocess.run(
            [*words, "--help"], cwd=elsewhere, env=env, capture_output=True, text=True, check=True
        )
        for command in ("run", "check", "explain", "rank", "compare", "noise", "report"):
            assert f"\n    {command} " in done.stdout
        assert done.stdout.startswith(f"usage: {Path(words[0]).name.replace('3.11', '')}")
