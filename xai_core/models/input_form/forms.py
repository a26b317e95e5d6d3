"""The forms that a module may want its picture in, likely ones first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor

OF_KINDS = re.compile(
    r"type|byte|half|double|long|uint8|int|index|bitwise|bool|precision|0.{0,9}255", re.IGNORECASE
)
WHOLE = ("uint8", "int64", "int32")


@dataclass(frozen=True)
class Form:
    """layout: of `LAYOUTS`. kind: the name of a torch type, empty for float32.

    rounded: whole numbers are really such, for what sees through others: no gradient passes them.
    """

    layout: str = ""
    kind: str = ""
    rounded: bool = False

    @property
    def whole(self) -> bool:
        """It holds whole numbers from 0 to 255."""
        return self.kind in WHOLE

    @property
    def sentence(self) -> str:
        """What is done to a picture."""
        told = [LAYOUTS[self.layout].told] if self.layout else []
        if self.whole:
            told.append(f"as numbers from 0 to 255 ({self.kind})")
        elif self.kind:
            told.append(f"as {self.kind} numbers")
        return " and ".join(told)

    def change(self, picture: Tensor) -> Tensor:
        """`[B, C, H, W]` as the module wants it; maps come back in the picture's own layout."""
        import torch

        if self.layout:
            picture = LAYOUTS[self.layout].change(picture)
        if self.whole and not self.rounded:
            from xai_core.models.input_form.whole_numbers import as_whole

            return as_whole(picture, self.kind)
        kind: torch.dtype | None = getattr(torch, self.kind) if self.kind else None
        if self.rounded:
            picture = picture.round().clamp(0, 255)
        return picture if kind is None else picture.to(kind)


@dataclass(frozen=True)
class Layout:
    """told: in a few words. change: of `[B, C, H, W]`."""

    told: str
    change: Callable[[Tensor], Tensor]


def _single(picture: Tensor) -> Tensor:
    if len(picture) != 1:
        raise ValueError(f"The model takes one picture at a time, not {len(picture)}.")
    return picture[0]


def _grey(picture: Tensor) -> Tensor:
    if picture.shape[1] != 1:
        raise ValueError(f"The model takes grey pictures, not {picture.shape[1]} channels.")
    return picture[:, 0]


LAYOUTS = {
    "channels-last": Layout(
        "channels last, [B, H, W, C]", lambda x: x.permute(0, 2, 3, 1).contiguous()
    ),
    "flat": Layout("flat, [B, C × H × W]", lambda x: x.flatten(1)),
    "rows": Layout("without the channel, [B, H, W]", _grey),
    "single": Layout("without the batch, [C, H, W]", _single),
    "single-channels-last": Layout(
        "without the batch, channels last, [H, W, C]",
        lambda x: _single(x).permute(1, 2, 0).contiguous(),
    ),
}


def forms(error: str, *, graph: bool = False) -> Iterator[Form]:
    """What is worth trying, after the plain form failed with `error`.

    graph: it is TorchScript or an exported program, whose operations cannot be looked into.
    """
    kinds = ["uint8", "float64", "int64", "float16", "bfloat16"]
    of_kind = not error.strip() or OF_KINDS.search(error) is not None
    for layout in ("", *LAYOUTS):
        if layout:
            yield Form(layout)
        if of_kind or layout == "channels-last":
            few = kinds[:2] if layout else kinds
            yield from (Form(layout, kind, graph and kind in WHOLE) for kind in few)
