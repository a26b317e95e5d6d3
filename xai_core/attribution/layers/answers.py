"""Which part of the picture each place of a layer's output answers to.

One pass on the picture itself, and four with noise added that grows downwards, upwards, to the
right and to the left. A value that sees only row y changes with the noise's strength there, so the
two opposite passes together tell y, for all places of all layers at once. Where a place sees the
whole picture but its own part most (attention, large fields of view), the estimate shrinks towards
the middle and keeps its order. The strength at x is s(x) in one pass and 1 − s(x) in the other;
√E / (√E + √E') is then s, whatever the layers between make of it, as long as they are smooth.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xai_core.attribution.layers.seen import first_tensor, hookable

if TYPE_CHECKING:
    from torch import Tensor, nn

AMOUNT = 0.3  # of the picture's spread
FAINT = 1e-10  # of a layer's strongest answer: a place that is dead
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Answers:
    """Where in the picture each place of an output sees, from 0 at the top left to 1.

    rows, columns: `[…]`, of the same shape as the places. alive: places that answer at all.
    """

    rows: Floats
    columns: Floats
    alive: NDArray[np.bool_]

    def flat(self, start: int = 0, end: int | None = None) -> Answers:
        """The places in one row, those with the numbers from `start` to `end`."""
        cut = slice(start, end)
        return Answers(self.rows.ravel()[cut], self.columns.ravel()[cut], self.alive.ravel()[cut])


ByAxis = Mapping[int, Answers]
"""Answers of the places that remain when this axis of the output holds the channels."""


def answers(module: nn.Module, inputs: Tensor, names: Collection[str]) -> dict[str, ByAxis]:
    """Of the named layers on one picture `[1, C, H, W]`; layers that gave no number are absent.

    Takes five forward passes. The module is borrowed by the caller.
    """
    import torch

    from xai_core.base.draws import same_draws

    watched = _Watched()
    layers = hookable(module)
    handles = [layers[name].register_forward_hook(watched.hook(name)) for name in names]
    try:
        with torch.no_grad():
            for given in (inputs, *_disturbed(inputs)):
                with same_draws():
                    module(given.clone())
                watched.next()
    finally:
        for handle in handles:
            handle.remove()
    return watched.result()


def _disturbed(inputs: Tensor) -> list[Tensor]:
    import torch

    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(inputs.shape, generator=generator).to(inputs)
    spread = float(inputs.std()) or float(inputs.abs().max()) or 1.0
    height, width = inputs.shape[2:]
    down = ((torch.arange(height) + 0.5) / height).to(inputs)[:, None]
    right = ((torch.arange(width) + 0.5) / width).to(inputs)[None, :]
    return [inputs + AMOUNT * spread * noise * by for by in (down, 1 - down, right, 1 - right)]


class _Watched:
    """Outputs of the pass on the picture, and how far those of the others are from them."""

    def __init__(self) -> None:
        self._pass = 0
        self._plain: dict[str, Tensor] = {}
        self._changes: dict[tuple[str, int], dict[int, Floats]] = {}
        self._latest: tuple[Tensor | None, str] = (None, "")

    def next(self) -> None:
        """The next pass begins."""
        self._pass += 1

    def hook(self, name: str) -> Any:
        """What watches that layer; of several runs in a pass the last one counts."""

        def look(_: nn.Module, __: Any, output: Any) -> None:
            tensor = first_tensor(output)
            if tensor is None or not tensor.is_floating_point():
                return
            same, self._latest = self._latest, (tensor, name)
            handed_on = same[1] if same[0] is tensor else ""  # by a block, an identity
            if not self._pass:
                # later layers may work in place
                kept = self._plain.get(handed_on)
                self._plain[name] = tensor.clone() if kept is None else kept
            elif (handed_on, self._pass) in self._changes:
                self._changes[name, self._pass] = self._changes[handed_on, self._pass]
            elif name in self._plain and self._plain[name].shape == tensor.shape:
                self._changes[name, self._pass] = _energies(tensor, self._plain[name])

        return look

    def result(self) -> dict[str, ByAxis]:
        """As `answers` gives them."""
        found: dict[str, ByAxis] = {}
        for name in self._plain:
            runs = [self._changes.get((name, number)) for number in (1, 2, 3, 4)]
            if all(run is not None for run in runs):
                known = [run for run in runs if run is not None]
                found[name] = {axis: _answers([run[axis] for run in known]) for axis in known[0]}
        return found


def _energies(tensor: Tensor, plain: Tensor) -> dict[int, Floats]:
    squares = (tensor[0].float() - plain[0].float()).square()
    axes = (1, 3) if tensor.ndim == 4 else (2,)
    return {axis: squares.sum(axis - 1).double().cpu().numpy() for axis in axes}


def _answers(energies: list[Floats]) -> Answers:
    down, up, right, left = (np.sqrt(one) for one in energies)
    total = np.minimum(down + up, right + left)
    alive = np.isfinite(total) & (total > FAINT * np.nanmax(total, initial=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        rows, columns = down / (down + up), right / (right + left)
    return Answers(np.where(alive, rows, 0.5), np.where(alive, columns, 0.5), alive)
