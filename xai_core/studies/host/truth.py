"""What a picture's maps should show: its mask, read where one of the metrics needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan
from pathlib import Path

from xai_core.attribution.batches.order import Found, Refused
from xai_core.base.errors import InputError
from xai_core.maps.recipe import Recipe
from xai_core.pictures.preprocessing import InputSpec, Prepared
from xai_core.pictures.region import from_text
from xai_core.runs.explainer import ManyExplainer
from xai_core.studies.figures.measured import ENDED, Figures, Truth, figures_of, needs_masks
from xai_core.studies.figures.truth import mask_digest, unusable
from xai_core.studies.host.task import Task
from xai_core.studies.sources import Listed
from xai_core.worker.decoding import Decoder


@dataclass(frozen=True)
class MaskFile:
    """Of a picture; nothing where it has none or nobody needs it.

    Attributes:
        path, sha256: of the file. cause: why it cannot be read.
    """

    path: Path | None = None
    sha256: str | None = None
    cause: str = ""


class Truths:
    """Reads the masks of a study's source; of a study without such metrics none."""

    def __init__(self, decoder: Decoder, task: Task) -> None:
        self._decoder, self._task = decoder, task
        self._needed = needs_masks(task.setting.metrics)

    def file(self, listed: Listed, folder: Path) -> MaskFile:
        """That of a picture. Never refuses it: the cause is the answer."""
        if not self._needed or listed.mask is None:
            return MaskFile()
        try:
            beside = replace(listed, name=f"mask of {listed.name}", place=listed.mask)
            path = self._task.source.local(beside, folder)
        except InputError as error:
            return MaskFile(cause=unusable(error))
        return MaskFile(path, mask_digest(path) if self._task.setting.by_mask else None)

    def of(self, mask: MaskFile, picture: Path) -> Truth:
        """What it says of a picture, whose file is `picture`."""
        if mask.path is None:
            return mask.cause or None
        return read_truth(self._decoder, mask.path, picture, self._task.setting.spec)


def read_truth(decoder: Decoder, mask: Path, picture: Path, spec: InputSpec) -> Truth:
    """The mask in a file, in the size of the input; its cause where it is none that fits."""
    try:
        size = decoder.look(picture, spec).size
        return from_text(decoder.mask(mask, size, spec))
    except InputError as error:
        return unusable(error)


def unmeasured(found: Sequence[Found], metrics: Sequence[str]) -> Sequence[Mapping[str, Figures]]:
    """The same of pictures of which measuring has ended a worker: no figure, and why."""
    nothing = Figures(dict.fromkeys(metrics, nan), dict.fromkeys(metrics, ENDED))
    return [
        {name: nothing for name, one in maps.items() if not isinstance(one, Refused)}
        for maps in found
    ]


def measured(
    worker: ManyExplainer,
    pictures: Sequence[Prepared],
    truths: Sequence[Truth],
    found: Sequence[Found],
    metrics: Sequence[str],
    recipe: Recipe,
) -> Sequence[Mapping[str, Figures]]:
    """What a study measures beside the score. Raises `XaiError` as the worker does."""
    if not metrics:
        return [{} for _ in pictures]
    return figures_of(worker, pictures, truths, found, metrics, recipe)
