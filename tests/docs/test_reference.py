"""The reference says what the code says."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import get_args

import pytest

from scripts import reference
from scripts.licences import pinned
from tests.docs.codes import used
from tests.docs.texts import PAGES, ROOT, page, section
from xai_core.base.finding_codes import MEANINGS
from xai_core.cli.commands.check import EXIT_CODES
from xai_core.demo.run import DEMO_METHODS, demo_run
from xai_core.maps.recipe import Channels, Recipe, Sign
from xai_core.readiness.result import Level

BUILDS = {"torch", "torchvision"}  # which of their builds is installed changes the licence's text
RESERVED = {"converted-verified", "converted-unverified"}


@pytest.mark.parametrize("name", sorted(set(PAGES) - {"docs/reference/licences.md"}))
def test_the_tables_are_up_to_date(name):
    assert reference.updated(PAGES[name]) == PAGES[name], "run python -m scripts.reference"


def test_the_licences_are_up_to_date():
    told = page("reference/licences")
    for line in reference.updated(told).splitlines():
        assert line in told or line.split()[1] in BUILDS, "run python -m scripts.reference"
    assert {line.split()[1] for line in told.splitlines() if line.startswith("| ")} == {
        "package",
        "---",
        *pinned(),
    }


def test_every_table_stands_once_in_the_reference():
    tables = [*reference.TABLES, "format-matrix", "handover"]  # two by scripts of their own
    found = [one[1] for text in PAGES.values() for one in reference.MARK.findall(text)]
    assert sorted(found) == sorted(tables)
    assert all(
        name.startswith("docs/reference/")
        for name, text in PAGES.items()
        if reference.MARK.search(text)
    )


def test_an_old_table_is_noticed_and_written_anew(tmp_path, monkeypatch):
    old = tmp_path / "metrics.md"
    old.write_text("before\n<!-- begin: metrics -->\nold\n<!-- end: metrics -->\nafter\n")
    monkeypatch.setattr(reference, "FOLDER", tmp_path)
    assert reference.main(["--check"]) == 1
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0
    assert "`complexity`" in old.read_text()
    assert old.read_text().startswith("before\n")
    assert old.read_text().endswith("after\n")


def test_every_code_in_the_source_is_described():
    missing = {code: file for code, file in used().items() if code not in MEANINGS}
    assert not missing, "describe them in xai_core/base/finding_codes/"


def test_every_code_described_is_used_or_reserved():
    unused = set(MEANINGS) - set(used())
    assert unused <= RESERVED
    assert all(MEANINGS[code].meaning.startswith("Reserved") for code in unused)
    assert not any(
        MEANINGS[code].meaning.startswith("Reserved") for code in set(MEANINGS) & set(used())
    )


@pytest.mark.parametrize("code", sorted(MEANINGS))
def test_a_code_is_described_in_sentences(code):
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    assert MEANINGS[code].meaning.endswith(".")
    assert MEANINGS[code].action.endswith(".")


def test_levels_and_their_exit_codes():
    levels = section(page("reference/readiness"), "## Levels")
    codes = section(page("reference/command-line"), "## Exit codes")
    assert set(EXIT_CODES) == set(get_args(Level))
    for level, number in EXIT_CODES.items():
        assert f"| `{level}` |" in levels
        assert re.search(rf"^\| {number} \| .*`{level}`", codes, re.MULTILINE)


def test_the_recipe():
    table = page("reference/recipe")
    for field in fields(Recipe):
        row = re.search(rf"^\| \d \| `{field.name}` \|.*$", table, re.MULTILINE)
        assert row, field.name
        default = "none" if field.default is None else str(field.default)
        assert re.search(rf"\| `?{re.escape(default)}`? \|", row[0]), field.name
    for choice in (*get_args(Channels), *get_args(Sign)):
        assert f"`{choice}`" in table


def test_every_environment_variable():
    sources = [*(ROOT / "xai_core").rglob("*.py"), *(ROOT / "components").rglob("*.py")]
    names = {
        name
        for source in sources
        for name in re.findall(r"\bPEDESTAL_[A-Z_]+", source.read_text(encoding="utf-8"))
    }
    table = page("reference/configuration")
    assert "PEDESTAL_DATA" in names
    assert all(f"`{name}`" in table for name in names)


def test_the_figures_are_those_of_the_demo():
    story = section(page("concepts/pedestal"), "## In figures")
    run = demo_run()
    for name, title in (("guided-backprop", "Guided Backprop"), ("fusiongrad", "FusionGrad")):
        score = run.scores[name]
        row = re.search(rf"^\| {title} \| (.*) \| (.*) \|$", story, re.MULTILINE)
        assert row
        assert [cell.strip("*") for cell in row.groups()] == [
            f"{score.raw:.3f}",
            f"{score.after:.3f}",
        ]
    assert run.recipe.quantile == 0.2
    assert f"({run.target})" in story
    noise = DEMO_METHODS["fusiongrad"]
    assert f"`std` {noise['std']}, `sg_std` {noise['sg_std']}, {noise['average']} average" in story
