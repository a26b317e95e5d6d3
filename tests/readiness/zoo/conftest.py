"""Prints the zoo's table at the end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

ROWS: list[tuple[str, ...]] = []


@pytest.fixture(scope="session")
def zoo_table() -> Iterator[list[tuple[str, ...]]]:
    return ROWS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not ROWS:
        return
    terminalreporter.section("zoo")
    for name, level, code, where in ROWS:
        terminalreporter.write_line(f"{name:58.58}  {level:16}  {code:22}  {where}")
