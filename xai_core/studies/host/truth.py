"""What a picture's maps should show: its mask, read where one of the metrics needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from xai_core.attribution.batches.order import Found
from xai_core.base.errors import InputError
from xai_core.pictures.preprocessing import InputSpec, Prepared
from xai_core.pictures.region import from_text
from xai_core.runs.explainer import ManyExplainer
from xai_core.studies.figures.measured import Figures, Truth, figures_of, needs_masks
from xai_core.studies.host.task import Task
from xai_core.studies.setting import Setting
from xai_core.studies.sources import Listed
from xai_core.worker.decoding import Decoder


class Truths:
    """Reads the masks of a study's source; of a study without such metrics none."""

    def __init__(self, decoder: Decoder, task: Task) -> None:
        self._decoder, self._task = decoder, task
        self._needed = needs_masks(task.setting.metrics)

    def of(self, listed: Listed, picture: Path, folder: Path) -> Truth:
        """That of a picture, whose file is `picture`. Never refuses it: the cause is the answer."""
        if not self._needed or listed.mask is None:
            return None
        try:
            beside = replace(listed, name=f"mask of {listed.name}", place=listed.mask)
            mask = self._task.source.local(beside, folder)
            return read_truth(self._decoder, mask, picture, self._task.setting.spec)
        except InputError as error:
            return f"Its mask cannot be used. {error}"


def read_truth(decoder: Decoder, mask: Path, picture: Path, spec: InputSpec) -> Truth:
    """The mask in a file, in the size of the input; its cause where it is none that fits."""
    try:
        size = decoder.look(picture, spec).size
        return from_text(decoder.mask(mask, size, spec))
    except InputError as error:
        return f"Its mask cannot be used. {error}"


def measured(
    worker: ManyExplainer,
    pictures: Sequence[Prepared],
    truths: Sequence[Truth],
    found: Sequence[Found],
    setting: Setting,
) -> Sequence[Mapping[str, Figures]]:
    """What a study measures beside the score. Raises `XaiError` as the worker does."""
    if not setting.metrics:
        return [{} for _ in pictures]
    return figures_of(worker, pictures, truths, found, setting.metrics, setting.recipe)
