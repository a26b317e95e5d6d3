"""The threat model names a test for every wall, and each of them exists."""

from __future__ import annotations

import re

import pytest

from tests.docs.texts import ROOT

PAGE = (ROOT / "docs/concepts/threat-model.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and "|---" not in line]
ATTACKS = [row for row in ROWS if not row.startswith("| Who tries what")]
NAMED = re.compile(r"`([\w/]+\.py)`")


def test_there_are_many_attacks() -> None:
    assert len(ATTACKS) > 20


@pytest.mark.parametrize("row", ATTACKS)
def test_every_wall_has_a_test(row: str) -> None:
    found = NAMED.findall(row)
    assert found
    for name in found:
        assert (ROOT / name).is_file()


def test_every_test_of_an_attack_is_named() -> None:
    files = {f"tests/security/{path.name}" for path in (ROOT / "tests/security").glob("test_*.py")}
    assert files <= set(NAMED.findall(PAGE))
