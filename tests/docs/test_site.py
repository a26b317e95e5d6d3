"""The site as Sphinx builds it: no warning, every public name, every option."""

from __future__ import annotations

import argparse
import html
import re
import subprocess
import sys
from pathlib import Path

import pytest

import xai_core
from tests.docs.texts import PAGES, ROOT
from xai_core.cli.main import parser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    words = ("-W", "--keep-going", "-q", "-b", "html", "-d", str(folder / "trees"))
    ran = subprocess.run(
        [sys.executable, "-m", "sphinx", *words, str(ROOT / "docs"), str(folder / "html")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return folder / "html"


def test_every_page_is_there(site):
    for name in PAGES:
        assert (site / name.removeprefix("docs/")).with_suffix(".html").exists()


def test_every_public_name_is_described(site):
    page = (site / "reference" / "api.html").read_text(encoding="utf-8")
    assert not [name for name in xai_core.__all__ if f'id="xai_core.{name}"' not in page]


def test_every_option_is_described(site):
    page = html.unescape((site / "reference" / "command-line.html").read_text(encoding="utf-8"))
    (commands,) = (
        action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)
    )
    for name, command in commands.choices.items():
        assert f'<section id="{name}">' in page
        for action in command._actions:
            for option in set(action.option_strings) - {"-h", "--help"}:
                assert re.search(rf'id="cmdoption-[\w-]*{name}-{option.lstrip("-")}"', page), option


def test_it_asks_no_other_server_for_anything(site):
    loads = re.compile(r'<(?:script|img|iframe)[^>]* src="(?:https?:)?//|<link[^>]*href="https?://')
    found = [path.name for path in site.rglob("*.html") if loads.search(path.read_text("utf-8"))]
    assert not found
