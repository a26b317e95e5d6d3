"""The wheel holds the core and the dashboard whole, and leaves others' names alone."""

from __future__ import annotations

import importlib.metadata
import re
import sys
import tomllib
import zipfile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.resolve_pins import PYTHONS, SYSTEMS, Target, pins, unmet
from tests.door.installing import ROOT, built

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINNED_IN = {
    "dependencies": ["requirements.txt"],
    "tensorflow": ["requirements-tensorflow.txt"],
    "transformers": ["requirements-transformers.txt"],
    "pictures": ["requirements-pictures.txt"],
    "openvino": ["requirements-openvino.txt"],
    "ray": ["requirements-ray.txt"],
    "docs": ["requirements-docs.txt"],
    "test": ["requirements-dev.txt", "constraints.txt"],
}
TARGETS = [Target(python, system) for python in PYTHONS for system in SYSTEMS]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return zipfile.ZipFile(built(tmp_path_factory.mktemp("wheel")))


def files(folder: str) -> set[str]:
    found = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {
        path.relative_to(ROOT).as_posix() for path in found if path.parent.name != "__pycache__"
    }


def test_all_of_the_program_is_in_it(wheel: zipfile.ZipFile) -> None:
    dashboard = {"app.py", ".streamlit/config.toml", *files("pages"), *files("components")}
    expected = files("xai_core") | {f"pedestal_dashboard/{name}" for name in dashboard}
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert held == expected


def test_two_names_lie_at_the_top(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert tops == {"xai_core", "pedestal_dashboard", f"pedestal-{PROJECT['version']}.dist-info"}


def test_what_linux_alone_has_is_asked_for_there_alone(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
    lines = re.findall(r"^Requires-Dist: (.*)$", wheel.read(name).decode(), re.MULTILINE)
    asked = [Requirement(line) for line in lines]
    on = {
        system: {one.name for one in asked if Target("3.11", system).wants(one)}
        for system in SYSTEMS
    }
    assert on["linux"] - on["macos"] == on["linux"] - on["windows"] == {"landlockpy", "pyseccomp"}
    assert on["macos"] | on["windows"] <= on["linux"]


@pytest.mark.parametrize("part", PINNED_IN)
def test_every_dependency_is_a_range_around_its_pin(part: str) -> None:
    listed = PROJECT["dependencies"]
    if part != "dependencies":
        listed = PROJECT["optional-dependencies"][part]
    for dependency in map(Requirement, listed):
        signs = {one.operator for one in dependency.specifier}
        assert signs in ({">=", "<"}, {">="}), dependency
        pinned = [one for file in PINNED_IN[part] for one in pins(file)]
        for target in TARGETS:
            held = [one for one in pinned if one.name == dependency.name and target.wants(one)]
            if not target.wants(dependency) or dependency.name == "tensorflow":
                continue  # nothing is tested with TensorFlow on a Mac
            assert held, f"{dependency.name} has no pin on {target}"
            (version,) = {str(one.specifier).removeprefix("==") for one in held}
            assert dependency.specifier.contains(version), dependency


def test_what_is_pinned_is_asked_for() -> None:
    asked = {Requirement(line).name for line in PROJECT["dependencies"]}
    assert {one.name for one in pins("requirements.txt")} == asked


def test_both_lists_pin_the_same() -> None:
    held = {str(one) for one in pins("constraints.txt")}
    wanted = {str(one) for one in pins("requirements.txt") if one.name != "torch"}
    assert wanted <= held


def test_nothing_that_a_pin_needs_is_left_open() -> None:
    target = Target(f"{sys.version_info.major}.{sys.version_info.minor}", "linux")
    here = {
        canonicalize_name(one.metadata["Name"]): {
            "version": one.version,
            "requires_dist": one.requires or (),
        }
        for one in importlib.metadata.distributions()
    }
    wanted = [one for one in pins("requirements.txt") if target.wants(one)]
    assert list(unmet(target, wanted, here)) == []
    here["numpy"]["version"] = "1.0"
    assert any("numpy" in line and "1.0" in line for line in unmet(target, wanted, here))
    del here["numpy"]
    assert any("no pin" in line for line in unmet(target, wanted, here))
