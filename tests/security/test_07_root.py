"""Whoever runs the server as root is told so, once; nobody else is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from xai_core.base.storage.owner import NAME
from xai_core.cage import root
from xai_core.cage.root import SENTENCE, as_root
from xai_core.cli.commands import check, run
from xai_core.cli.main import main

pytestmark = pytest.mark.xdist_group("app")
ROOT = Path(__file__).parents[2]
PAGE = "from components.model import unprotected\nunprotected.show()"
HOLDER = """
import sys, time
sys.path[:0] = [{root!r}]
from xai_core.base.storage.owner import own_data_folder
own_data_folder()
print("ready", flush=True)
time.sleep(600)
"""


def be(user: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(root.os, "geteuid", lambda: user)


@pytest.mark.parametrize("user", [0, 1000])
def test_the_page_says_it_in_one_line(user: int, monkeypatch: pytest.MonkeyPatch) -> None:
    be(user, monkeypatch)
    app = AppTest.from_string(PAGE).run()
    assert not app.exception
    lines = [one.value for one in app.caption if "runs as root" in one.value]
    assert len(lines) == (user == 0)
    assert (as_root() is not None) == (user == 0)


def test_both_commands_say_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    monkeypatch.setattr(run.os, "execv", lambda *_: None)
    monkeypatch.setattr(run.subprocess, "call", lambda *_: 0)
    for user in (0, 1000):
        be(user, monkeypatch)
        words = type("Words", (), {"port": None, "address": None, "options": []})()
        run.run(words)
        assert capsys.readouterr().err.count(SENTENCE) == (user == 0)
    assert check.as_root is as_root


@pytest.mark.skipif(os.geteuid() != 0, reason="the tests run as a user")
def test_check_says_it_in_both_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "nothing.pt").write_bytes(b"no model")
    for form in ((), ("--json",)):
        code = main(["check", str(tmp_path / "nothing.pt"), *form])
        told = capsys.readouterr()
        assert code == 12, told.err
        if form:
            assert json.loads(told.out)["protection"]["root"] is True
        else:
            assert told.out.count(SENTENCE) == 1


def test_a_second_server_shows_who_holds_the_data_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    code = HOLDER.format(root=str(ROOT))
    with subprocess.Popen(
        [sys.executable, "-B", "-c", code], stdout=subprocess.PIPE, text=True
    ) as one:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=600).run()
        assert app.error[0].value.startswith("Another server uses")
        assert f"process {one.pid}" in app.error[0].value
        assert not app.sidebar.children
        assert str(tmp_path) not in app.error[0].value
        one.kill()
        one.wait()
    app.run()
    assert not app.error
    assert not app.exception
    assert (tmp_path / NAME).exists()
