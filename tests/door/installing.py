"""The wheel, and environments that take all libraries from this one: nothing is downloaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HIDDEN = ("landlockpy", "pyseccomp")


def built(folder: Path) -> Path:
    """The wheel of this checkout."""
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--no-index")
    _pip("wheel", *options, "--wheel-dir", str(folder), str(ROOT))
    (wheel,) = folder.glob("*.whl")
    return wheel


def environment(folder: Path, *, hidden: tuple[str, ...] = ()) -> Path:
    """The Python of a new environment in which the packages in `hidden` cannot be imported."""
    command = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
    subprocess.run(command, check=True, timeout=300)
    (site,) = folder.glob("lib/python*/site-packages")
    libraries = [path for path in sys.path if Path(path).name.endswith("-packages")]
    hide = "".join(f"import sys; sys.modules[{name!r}] = None\n" for name in hidden)
    (site / "zz-libraries.pth").write_text("\n".join(libraries) + "\n" + hide)
    return folder / "bin" / "python"


def install(wheel: Path, python: Path) -> None:
    """Put the wheel into an environment, and nothing that it depends on."""
    _pip("--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel))


def alone(**more: str) -> dict[str, str]:
    """The variables of this process, but none by which Python would find this checkout."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, **more}


def _pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
