"""Draws the pictures of the wafer demo: `python -m scripts.wafer.examples`."""

from __future__ import annotations

from PIL import Image

from scripts.wafer.generator import WaferPicture, wafer_picture
from scripts.wafer.patterns import PatternKind
from xai_core.demo.wafer.examples import EXAMPLES, FOLDER, WaferExample

DRAWN: dict[str, tuple[PatternKind, int]] = {
    "bridge": ("lines", 3_000_000),
    "bridged-contacts": ("contacts", 3_000_001),
    "break": ("lines", 3_000_002),
    "missing-contact": ("contacts", 3_000_003),
    "particle": ("lines", 3_000_004),
    "particle-on-contacts": ("contacts", 3_000_005),
    "scratch": ("contacts", 3_000_006),
    "no-defect": ("lines", 3_000_007),
    "no-defect-2": ("lines", 3_000_008),
    "no-defect-3": ("lines", 3_000_009),
    "no-defect-on-contacts": ("contacts", 3_000_010),
    "no-defect-on-contacts-2": ("contacts", 3_000_011),
}
"""Pattern and seed, by the name of the example."""


def drawn(example: WaferExample) -> WaferPicture:
    """By the generator, now."""
    pattern, seed = DRAWN[example.name]
    return wafer_picture(seed, example.kind, pattern)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for one in EXAMPLES.values():
        picture = drawn(one)
        Image.fromarray(picture.pixels).save(one.path)
        Image.fromarray(picture.mask).save(one.mask_path)
        print(f"wrote {one.title}")
