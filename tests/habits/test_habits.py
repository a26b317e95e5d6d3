"""Hooks and workflows call what the Makefile has, and nothing of their own."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def targets() -> set[str]:
    """What the Makefile can make, each with its word of help."""
    return set(re.findall(r"^([a-z]+):.*##", MAKEFILE, re.MULTILINE))


def test_the_hooks_are_the_makefiles_check() -> None:
    (repository,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    (hook,) = repository["hooks"]
    assert hook["entry"] == "make check"
    assert hook["always_run"] is True
    assert hook["pass_filenames"] is False
    assert "check" in targets()


def test_there_is_a_workflow_for_the_checks_the_tests_and_the_soak() -> None:
    assert [path.stem for path in WORKFLOWS] == ["check", "soak", "test"]
    assert {"check", "soak", "test"} <= targets()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_runs_one_target(path: Path) -> None:
    (job,) = read(path)["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == [f"make {path.stem}"]
    assert job["runs-on"].startswith("ubuntu-")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_has_the_python_of_the_program_and_no_rights(path: Path) -> None:
    workflow = read(path)
    (job,) = workflow["jobs"].values()
    base = re.search(r"^FROM (python:[\d.]+)-slim-(\w+)$", (ROOT / "Dockerfile").read_text(), re.M)
    assert base is not None
    assert job["container"]["image"] == f"{base[1]}-{base[2]}"
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert wanted.removeprefix(">=") == base[1].removeprefix("python:")
    assert workflow["permissions"] == {"contents": "read"}
    for step in job["steps"]:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step.get("uses", "a@" + "0" * 40))


def test_the_citation_is_of_this_version() -> None:
    citation = read(ROOT / "CITATION.cff")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["version"] == project["version"]
    assert citation["title"].lower() == project["name"]
    assert citation["authors"] == [{"name": "The Pedestal maintainers"}]


def test_the_core_says_that_it_is_typed() -> None:
    assert (ROOT / "xai_core" / "py.typed").is_file()


def test_the_security_page_names_what_there_is() -> None:
    """A variable or a file that it speaks of is one of the program's."""
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    known = (ROOT / "docs" / "reference" / "configuration.md").read_text(encoding="utf-8")
    assert "open a private security advisory on the repository" in page
    assert all(name in known for name in re.findall(r"PEDESTAL_\w+", page))
    for link in re.findall(r"\]\(([^)#:]+)[)#]", page):
        assert (ROOT / link).exists(), link
