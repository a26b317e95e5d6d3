"""What the wafer demo offers: three networks, and pictures whose defect is known.

Listing them runs nothing and needs no torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xai_core.demo.wafer.kinds import KINDS, NONE, SIDE
from xai_core.pictures.preprocessing import InputSpec

FOLDER = Path(__file__).parent
FIGURES = FOLDER / "figures.json"
SPEC = InputSpec(1, SIDE, SIDE, "squash", SIDE, (0.45,), (0.2,))


@dataclass(frozen=True)
class WaferExhibit:
    """One network.

    Attributes:
        name: of its file. title, sentence: for a person.
        labels: of its outputs; none for a single one. target: the output to look at first.
        picture: the one that it opens with.
    """

    name: str
    title: str
    sentence: str
    picture: str
    labels: tuple[str, ...] | None = None
    target: int | None = None

    @property
    def model_path(self) -> Path:
        """A whole module of torch's own layers."""
        return FOLDER / "weights" / f"{self.name}.pt"


def wafer_exhibits() -> tuple[WaferExhibit, ...]:
    """Classification, segmentation, regression."""
    return (
        WaferExhibit(
            "classifier",
            "Wafer defect kind",
            f"Classification: {', '.join(KINDS[1:])}, or {NONE}.",
            "bridge",
            KINDS,
        ),
        WaferExhibit(
            "segmenter",
            "Wafer defect pixels",
            "Segmentation: a score for defect and one for background, at every pixel.",
            "scratch",
            ("background", "defect"),
            target=1,
        ),
        WaferExhibit(
            "sizer",
            "Wafer defect size",
            "Regression: the diameter of the defect in pixels; 0 where there is none.",
            "particle",
        ),
    )
