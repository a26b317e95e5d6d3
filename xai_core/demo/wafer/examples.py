"""The pictures that the wafer demo offers, and the truth about them.

They lie in the repository as the generator drew them: a name stands for the same bytes everywhere.
`python -m xai_core.demo.wafer.examples` writes them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from xai_core.base.arrays import Picture
from xai_core.demo.wafer.generator import NONE, WaferPicture, equivalent_diameter, wafer_picture
from xai_core.demo.wafer.patterns import PatternKind
from xai_core.demo.wafer.scene import SIDE
from xai_core.scores.localisation import Mask

FOLDER = Path(__file__).parent / "pictures"


@dataclass(frozen=True)
class WaferExample:
    """One picture, named by what is wrong on it; none of them was trained on."""

    name: str
    kind: str
    pattern: PatternKind
    seed: int

    @property
    def path(self) -> Path:
        """The picture, grey, 128×128."""
        return FOLDER / f"{self.name}.png"

    @property
    def mask_path(self) -> Path:
        """Where the defect is: white on black."""
        return FOLDER / f"{self.name}-mask.png"

    @property
    def title(self) -> str:
        """`wafer: bridge, 12 px`; the size is the defect's equivalent diameter."""
        size = f", {equivalent_diameter(_read(self.mask_path) > 0):.0f} px"
        return f"wafer: {self.name.replace('-', ' ')}{size if self.kind != NONE else ''}"

    def drawn(self) -> WaferPicture:
        """By the generator, now."""
        return wafer_picture(self.seed, self.kind, self.pattern)


EXAMPLES = {
    one.name: one
    for one in (
        WaferExample("bridge", "bridge", "lines", 3_000_000),
        WaferExample("bridged-contacts", "bridge", "contacts", 3_000_001),
        WaferExample("break", "break", "lines", 3_000_002),
        WaferExample("missing-contact", "missing contact", "contacts", 3_000_003),
        WaferExample("particle", "particle", "lines", 3_000_004),
        WaferExample("particle-on-contacts", "particle", "contacts", 3_000_005),
        WaferExample("scratch", "scratch", "contacts", 3_000_006),
        WaferExample("no-defect", NONE, "lines", 3_000_007),
        WaferExample("no-defect-2", NONE, "lines", 3_000_008),
        WaferExample("no-defect-3", NONE, "lines", 3_000_009),
        WaferExample("no-defect-on-contacts", NONE, "contacts", 3_000_010),
        WaferExample("no-defect-on-contacts-2", NONE, "contacts", 3_000_011),
    )
}


def truth_of(pixels: Picture) -> Mask | None:
    """Where the defect is, for a picture of the demo that a model saw whole and unscaled.

    None for every other picture, and where there is no defect to find.
    """
    return _truths().get(pixels.tobytes()) if pixels.shape == (SIDE, SIDE, 3) else None


@cache
def _truths() -> dict[bytes, Mask]:
    pairs = ((_read(one.path), _read(one.mask_path) > 0) for one in EXAMPLES.values())
    return {np.repeat(seen[..., None], 3, 2).tobytes(): mask for seen, mask in pairs if mask.any()}


def _read(path: Path) -> UInt8[np.ndarray, "h w"]:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("L"))


def _write(example: WaferExample) -> None:
    drawn = example.drawn()
    Image.fromarray(drawn.pixels).save(example.path)
    Image.fromarray(drawn.mask).save(example.mask_path)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for one in EXAMPLES.values():
        _write(one)
        print(f"wrote {one.title}")
