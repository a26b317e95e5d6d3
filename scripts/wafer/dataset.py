"""Draws a folder of wafer pictures with their masks: `python -m scripts.wafer.dataset FOLDER N`.

Each `0001.png` has `0001.mask.png` beside it, white where the defect is; one without a defect has
none. The seeds are those of no picture that a network of the demo was trained or judged on.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

from scripts.wafer.generator import wafer_picture

FIRST = 5_000_000


def draw(folder: Path, count: int) -> Path:
    """Write `count` pictures; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        one = wafer_picture(FIRST + number)
        Image.fromarray(one.pixels).save(folder / f"{number:04d}.png")
        if one.mask.any():
            Image.fromarray(one.mask).save(folder / f"{number:04d}.mask.png")
    return folder


if __name__ == "__main__":
    print(f"drawn in {draw(Path(sys.argv[1]), int(sys.argv[2]))}")
