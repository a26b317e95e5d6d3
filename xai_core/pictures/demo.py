"""Photos that scikit-image carries, shown before anybody uploads one."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from xai_core.base.errors import InputError

PICTURES = {"rocket": "rocket.jpg", "cat": "chelsea.png", "coffee": "coffee.png"}


def picture_path(name: str) -> Path:
    """The file of a demo photo. Finds the package without importing it (that takes a second)."""
    spec = importlib.util.find_spec("skimage")
    if name not in PICTURES or spec is None or spec.origin is None:
        known = ", ".join(PICTURES)
        raise InputError(f"There is no demo picture {name!r}.", f"There are: {known}.")
    return Path(spec.origin).parent / "data" / PICTURES[name]


def picture_file(name: str | Path) -> Path:
    """A picture's file by its path, or a demo photo's by its name where no file is called so."""
    path = Path(name)
    return picture_path(str(name)) if str(name) in PICTURES and not path.exists() else path


def demo_pictures() -> tuple[Path, ...]:
    """The files of all demo photos."""
    return tuple(map(picture_path, PICTURES))
