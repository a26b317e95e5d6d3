"""What the documents tell people to run does run, and what they point to is there."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.docs.texts import (
    ALL,
    DOCUMENTS,
    PAGES,
    README,
    ROOT,
    blocks,
    commands,
    page,
)
from xai_core.attribution.methods.base import METHODS
from xai_core.cli.commands.check import EXIT_CODES
from xai_core.cli.main import parser

SUBCOMMANDS = (
    "run",
    "check",
    "explain",
    "rank",
    "compare",
    "noise",
    "report",
    "study",
    "check-access",
)
COMMANDS = commands(ALL)
RUN = blocks(README + page("guides/notebook"), "python")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a small `model.pt` and a `photo.jpg`."""
    import torch
    from torch import nn

    place = tmp_path_factory.mktemp("notebook")
    torch.manual_seed(0)
    stem = (nn.Conv2d(3, 4, 5, stride=4), nn.ReLU(), nn.Conv2d(4, 8, 3, stride=2), nn.ReLU())
    model = nn.Sequential(*stem, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4)).eval()
    torch.save(model, place / "model.pt")
    pixels = np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(place / "photo.jpg")
    return place


EACH = """
import sys
for block in sys.argv[1:]:
    print("# next")
    exec(block, {"__name__": "__main__"})
"""


def test_the_python_runs(folder):
    ran = subprocess.run(
        [sys.executable, "-c", EACH, *RUN],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    _, *told = ran.stdout.split("# next")
    assert len(told) == len(RUN)
    assert all("ready" in one for one in told)


def test_there_are_commands_to_test():
    assert {words.split()[0] for words in COMMANDS} == set(SUBCOMMANDS)
    assert "check model.pt --json" in COMMANDS


@pytest.mark.parametrize("words", [w for w in COMMANDS if len(w.split()) > 1])
def test_a_command_parses(words):
    args = parser().parse_args(shlex.split(words))
    named = getattr(args, "methods", [[getattr(args, "method", "saliency")]])
    assert all(name in METHODS for group in named for name in group)


@pytest.mark.parametrize("command", SUBCOMMANDS)
def test_the_help_lists_the_options(command, capsys):
    with pytest.raises(SystemExit) as left:
        parser().parse_args([command, "--help"])
    assert left.value.code == 0
    listed = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    used = {
        option
        for words in COMMANDS
        if words.startswith(command)
        for option in re.findall(r"--[a-z-]+", words)
    }
    assert used <= listed


def test_every_option_is_shown_once():
    (subparsers,) = [
        action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)
    ]
    options = {
        (command, option)
        for command, sub in subparsers.choices.items()
        for option in re.findall(r"--[a-z-]+", sub.format_help())
        if option != "--help"
    }
    shown = " ".join(words for words in COMMANDS)
    assert not {option for _, option in options if option not in shown}


def test_the_json_example_is_what_comes_out():
    told = page("reference/command-line")
    (example,) = (json.loads(block) for block in blocks(told, "json"))
    (command,) = (words for words in commands(told) if "gallery" in words)
    ran = subprocess.run(
        [sys.executable, "-m", "xai_core", *shlex.split(command)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == EXIT_CODES[example["level"]], ran.stderr
    real = json.loads(ran.stdout)
    assert list(example) == list(real)
    for key in ("schema", "file", "format", "level", "input_shape", "output_shape"):
        assert example[key] == real[key]
    for shown, found in zip(example["findings"], real["findings"], strict=False):
        assert list(shown) == list(found)
        for key in ("code", "severity", "where", "layer"):
            assert shown[key] == found[key]
    assert example["evidence"].items() <= real["evidence"].items()
    for name, shown in example["methods"].items():
        assert shown["available"] == real["methods"][name]["available"]


def test_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"^make ([a-z]+)", "\n".join(blocks(ALL, "sh")), re.MULTILINE))
    named |= set(re.findall(r"`make ([a-z]+)`", ALL))
    assert {"run", "test"} <= named
    assert all(re.search(rf"^{name}:", makefile, re.MULTILINE) for name in named)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", DOCUMENTS[document])
    here = (ROOT / document).parent
    missing = [link for link in links if "://" not in link and not (here / link).exists()]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS)
def test_files_that_are_named_exist(document):
    text = re.sub(r"^```.*?^```$", "", DOCUMENTS[document], flags=re.DOTALL | re.MULTILINE)
    named = re.findall(r"`((?:xai_core|components|tests|scripts|pages)/[\w/.]+)`(?!:)", text)
    assert not [name for name in named if not (ROOT / name).exists()]


def test_the_tour_visits_every_page():
    tour = page("start/tour")
    titles = re.findall(r"(?<!_)title=\"([\w ]+)\"", (ROOT / "app.py").read_text(encoding="utf-8"))
    assert titles
    assert "Pedestal" in titles, "the first page, which no menu has"
    assert all(f"**{title}.**" in tour for title in titles if title != "Pedestal")
    assert "**The first page**" in tour


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 200
    assert len(re.findall(r"^!\[", README, re.MULTILINE)) == 1
    assert {"make run", "make test"} <= {
        line.split("  ")[0] for block in blocks(README, "sh") for line in block.splitlines()
    }


def test_every_page_is_in_a_menu():
    listed = {
        str((ROOT / name).parent.joinpath(entry).relative_to(ROOT)) + ".md"
        for name, text in PAGES.items()
        for menu in re.findall(r"^```{toctree}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
        for entry in menu.split()
        if not entry.startswith(":")
    }
    assert listed == set(PAGES) - {"docs/index.md"}
