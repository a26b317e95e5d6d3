"""The process of a job: where it looks for its folder, and for the program."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.studies.jobs.tiny import make
from xai_core.studies.jobs import handle


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, Any]]]:
    """What is started, without its process."""
    found: list[tuple[list[str], dict[str, Any]]] = []

    class Ended:
        def __init__(self, command: list[str], **options: Any) -> None:
            found.append((command, options))

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(subprocess, "Popen", Ended)
    return found


def test_a_relative_folder_is_found_by_the_job(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    started: list[tuple[list[str], dict[str, Any]]],
) -> None:
    plan = make(tmp_path, 1)
    monkeypatch.chdir(tmp_path)
    job = handle.start_job(plan, Path("data/study"))
    command, _ = started[0]
    assert command[command.index("--resume") + 1] == str(tmp_path / "data/study")
    assert job.folder == tmp_path / "data/study"


def test_nothing_is_imported_from_the_folder_of_a_study(
    tmp_path: Path, started: list[tuple[list[str], dict[str, Any]]]
) -> None:
    handle.start_job(make(tmp_path, 1), tmp_path)
    command, options = started[0]
    assert command[1:4] == ["-P", "-m", "xai_core"]
    assert "cwd" not in options
