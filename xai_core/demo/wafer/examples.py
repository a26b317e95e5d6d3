"""The pictures that the wafer demo offers, and the truth about them.

They lie in the repository as `scripts.wafer.examples` drew them: a name stands for the same bytes
everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from xai_core.base.arrays import Picture
from xai_core.demo.wafer.kinds import NONE, SIDE
from xai_core.scores.localisation import Mask

FOLDER = Path(__file__).parent / "pictures"


@dataclass(frozen=True)
class WaferExample:
    """One picture, named by what is wrong on it; none of them was trained on."""

    name: str
    kind: str

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


EXAMPLES = {
    one.name: one
    for one in (
        WaferExample("bridge", "bridge"),
        WaferExample("bridged-contacts", "bridge"),
        WaferExample("break", "break"),
        WaferExample("missing-contact", "missing contact"),
        WaferExample("particle", "particle"),
        WaferExample("particle-on-contacts", "particle"),
        WaferExample("scratch", "scratch"),
        WaferExample("no-defect", NONE),
        WaferExample("no-defect-2", NONE),
        WaferExample("no-defect-3", NONE),
        WaferExample("no-defect-on-contacts", NONE),
        WaferExample("no-defect-on-contacts-2", NONE),
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


def equivalent_diameter(mask: Mask) -> float:
    """Of a disc as large as the mask, in pixels."""
    return float(2 * np.sqrt(mask.sum() / np.pi))
