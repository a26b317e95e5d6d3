"""A class's score over a region: what targets of a segmentation share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.base.errors import InputError, ModelError
from xai_core.pictures.region import Mask, as_text, from_text
from xai_core.targets.kinds.base import Labels, OfClass, Seen, TargetKind, dense, name_of
from xai_core.targets.marks import told_before
from xai_core.targets.outputs import OutputForm, entry_at, place_of, scored

if TYPE_CHECKING:
    from torch import Tensor


class OverRegion(TargetKind):
    """The mean of a class's score over a region that is fixed on the clean picture."""

    of_class = True
    formula = "mean of `s_k` over the region's cells of the output grid"
    Parameters = OfClass

    def unfit_because(self, form: OutputForm) -> str | None:
        return dense(form)

    def choose(self, seen: Seen, parameters: Any) -> dict[str, Any]:
        output = planes_of(entry_at(seen.output, seen.form.path), 1)
        planes = output[0].detach().float().cpu().numpy()
        index = self.class_in(seen, planes, parameters)
        region = self.region(seen, planes, index, parameters)
        place = place_of(seen.form)
        return {"index": index, "mask": as_text(region), "pixels": int(region.sum()), **place}

    def class_in(self, seen: Seen, planes: np.ndarray, parameters: Any) -> int | None:
        """The class; None where the output has one channel."""
        return seen.class_of(parameters.index)

    @abstractmethod
    def region(self, seen: Seen, planes: np.ndarray, index: int | None, parameters: Any) -> Mask:
        """`[h, w]` on the grid of the output, not empty. planes: `[K, h, w]`.

        Raises:
            InputError: there is none.
        """

    @abstractmethod
    def where(self, parameters: Any) -> str:
        """Which region, behind its number of pixels: "of the uploaded mask"."""

    def score(self, output: Any, batch: int, parameters: Any, chosen: Mapping[str, Any]) -> Tensor:
        import torch

        planes = planes_of(scored(output, chosen), batch)
        mask = from_text(chosen["mask"])
        if tuple(planes.shape[2:]) != mask.shape:
            raise ModelError(
                f"The output is {tuple(planes.shape[2:])}, and was {mask.shape} when the region "
                "was fixed.",
                "Give all inputs the same size.",
                code="forward-failed",
            )
        weights = torch.from_numpy(mask / mask.sum()).to(planes)
        return (planes[:, chosen["index"] or 0] * weights).sum((1, 2))

    def sentence(self, parameters: Any, chosen: Mapping[str, Any], labels: Labels) -> str:
        index = chosen["index"]
        what = "mean score" if index is None else f"mean score of {name_of(index, labels)}"
        what += told_before(chosen.get("before"))
        cells = from_text(chosen["mask"]).size
        share = f"{chosen['pixels']:,} of {cells:,} output pixels"
        return f"the {what} over the {share} {self.where(parameters)}"


def planes_of(tensor: Tensor, batch: int) -> Tensor:
    """`[B, K, h, w]` of a dense output.

    Raises:
        ModelError: the first axis is not the batch.
    """
    if tensor.ndim == 3:
        tensor = tensor.unsqueeze(1)
    if tensor.ndim == 5 and tensor.shape[2] == 1:
        tensor = tensor.squeeze(2)
    if tensor.ndim != 4 or tensor.shape[0] != batch:
        raise ModelError(
            f"The output is {list(tensor.shape)} for a batch of {batch}.",
            "Let forward return [batch, classes, height, width].",
            code="forward-failed",
        )
    return tensor


def predicted(planes: np.ndarray, index: int | None) -> Mask:
    """Where a class has the highest score; of one channel, where it is above its threshold:
    one half for values in [0, 1], 0 for others.

    Raises:
        InputError: nowhere.
    """
    if index is None:
        values = planes[0]
        unit = values.min() >= 0 and values.max() <= 1
        found: Mask = values > (0.5 if unit else 0.0)
    else:
        found = planes.argmax(0) == index
    if not found.any():
        what = "anything" if index is None else f"class {index}"
        raise InputError(
            f"The model predicts {what} nowhere on this picture.",
            "Choose another class, or draw the region yourself.",
        )
    return found
