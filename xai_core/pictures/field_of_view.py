"""Which part of a picture an input shows, so that the maps of two models lie over each other."""

from __future__ import annotations

from dataclasses import dataclass

from xai_core.pictures.preprocessing import InputSpec

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Region:
    """A rectangle of a picture, in shares of its height and width, each in [0, 1]."""

    top: float
    left: float
    bottom: float
    right: float

    def common(self, other: Region) -> Region:
        """What lies in both. All regions are around the picture's middle, so it is never empty."""
        return Region(
            max(self.top, other.top),
            max(self.left, other.left),
            min(self.bottom, other.bottom),
            min(self.right, other.right),
        )


def region_of(spec: InputSpec, width: int, height: int) -> Region:
    """What an input made by `spec` shows of a picture of `width` × `height` pixels."""
    if spec.fit != "crop":
        return Region(0.0, 0.0, 1.0, 1.0)
    scale = max(spec.resize / min(width, height), spec.width / width, spec.height / height)
    down = max(0.0, 1 - spec.height / (scale * height)) / 2
    across = max(0.0, 1 - spec.width / (scale * width)) / 2
    return Region(down, across, 1 - down, 1 - across)


def box_of(part: Region, shown: Region, content: Box) -> Box:
    """Where a part of the picture lies in an input, in whole pixels.

    Args:
        shown: what the input shows. content: `(top, left, bottom, right)` of the picture in it.
    """
    top, left, bottom, right = content
    rows = (bottom - top) / (shown.bottom - shown.top)
    columns = (right - left) / (shown.right - shown.left)
    first_row = top + round((part.top - shown.top) * rows)
    first_column = left + round((part.left - shown.left) * columns)
    return (
        first_row,
        first_column,
        max(first_row + 1, top + round((part.bottom - shown.top) * rows)),
        max(first_column + 1, left + round((part.right - shown.left) * columns)),
    )
