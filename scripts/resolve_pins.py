"""Whether every pin has a wheel, and all fit together: `python -m scripts.resolve_pins`.

For each version of Python and each system, or for those that `--python` and `--system` name, pip
looks up what requirements.txt and constraints.txt pin. Nothing is installed; some 300 MB are
downloaded for each (a wheel of torch for Linux: twice that).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
GLIBC = (28, 27, 26, 24, 17, 12, 5)
# What packages ask about a system, and the wheels that it takes.
SYSTEMS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "linux": (
        {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
        | {"platform_machine": "x86_64"},
        (
            *(f"manylinux_2_{minor}_x86_64" for minor in GLIBC),
            *(f"manylinux{name}_x86_64" for name in ("1", "2010", "2014")),
        ),
    ),
    "macos": (
        {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"}
        | {"platform_machine": "arm64"},
        ("macosx_14_0_arm64",),
    ),
    "windows": (
        {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"}
        | {"platform_machine": "AMD64"},
        ("win_amd64",),
    ),
}
# torch pins these itself, anew with each version, and its CPU build needs none of them.
OF_TORCH = ("nvidia-", "cuda-", "triton")


@dataclass(frozen=True)
class Target:
    """One version of Python on one system."""

    python: str
    system: str

    @property
    def environment(self) -> dict[str, str]:
        """What markers are evaluated with."""
        version = {"python_version": self.python, "python_full_version": f"{self.python}.0"}
        return {**default_environment(), **SYSTEMS[self.system][0], **version}  # type: ignore[dict-item]

    def wants(self, one: Requirement, extras: frozenset[str] = frozenset()) -> bool:
        """Whether a requirement counts here, asked for with these extras."""
        if one.marker is None:
            return True
        return any(
            one.marker.evaluate({**self.environment, "extra": extra}) for extra in extras or {""}
        )


def pins(file: str) -> list[Requirement]:
    """The requirements that a file lists, without those of files that it names."""
    lines = (line.partition("#")[0] for line in (ROOT / file).read_text("utf-8").splitlines())
    return [Requirement(line) for line in lines if line.strip() and not line.startswith("-")]


def problems(target: Target) -> Iterator[str]:
    """What keeps the pins from being installed there; nothing where they can be."""
    wanted = [one for one in pins("requirements.txt") if target.wants(one)]
    held = [one for one in pins("constraints.txt") if target.wants(one)]
    found, errors = looked_up(target, sorted({f"{p.name}{p.specifier}" for p in wanted + held}))
    yield from errors
    if not errors:
        yield from unmet(target, wanted, found)


def looked_up(target: Target, words: list[str]) -> tuple[dict[str, Any], list[str]]:
    """The metadata of each package by its name, and what pip could not find.

    Without what they depend on: pip would ask the system that it runs on which of it counts.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        options = ["--dry-run", "--no-deps", "--ignore-installed", "--only-binary=:all:", "--quiet"]
        options += ["--disable-pip-version-check", "--target", folder, "--report", str(report)]
        options += ["--python-version", target.python]
        for tag in SYSTEMS[target.system][1]:
            options += ["--platform", tag]
        command = [sys.executable, "-m", "pip", "install", *options, *words]
        done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - our own words
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
            return {}, [line.removeprefix("ERROR: ") for line in lines] or [done.stderr.strip()]
        data = json.loads(report.read_text("utf-8"))
    return {
        canonicalize_name(one["metadata"]["name"]): one["metadata"] for one in data["install"]
    }, []


def unmet(target: Target, wanted: list[Requirement], found: dict[str, Any]) -> Iterator[str]:
    """What a package in use asks for and the pins do not give."""
    todo = [("requirements.txt", one) for one in wanted]
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        asker, one = todo.pop()
        name, extras = canonicalize_name(one.name), frozenset(one.extras)
        if name.startswith(OF_TORCH):
            continue
        if name not in found:
            yield f"{asker} needs {one.name}{one.specifier}, which has no pin"
            continue
        version = found[name]["version"]
        if not one.specifier.contains(version, prereleases=True):
            yield f"{asker} needs {one.name}{one.specifier}, which is pinned to {version}"
        if (name, extras) not in seen:
            seen.add((name, extras))
            further = map(Requirement, found[name].get("requires_dist", ()))
            todo += [(name, each) for each in further if target.wants(each, extras)]


def main(words: list[str]) -> int:
    """Print a line for each target, and what is wrong; 1 where something is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", nargs="+", choices=PYTHONS, default=PYTHONS)
    parser.add_argument("--system", nargs="+", choices=SYSTEMS, default=tuple(SYSTEMS))
    asked = parser.parse_args(words)
    failed = False
    for system in asked.system:
        for python in asked.python:
            wrong = sorted(set(problems(Target(python, system))))
            failed |= bool(wrong)
            print(f"{system}, Python {python}: {'no' if wrong else 'yes'}", flush=True)
            for line in wrong:
                print(f"  {line}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
