"""Pictures as an electron microscope takes them of a wafer, drawn from a seed with NumPy alone.

The defect of each is known to the pixel, because the same picture without it is drawn too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np
from jaxtyping import Bool, UInt8

from scripts.wafer.defects import DEFECTS
from scripts.wafer.patterns import PatternKind, random_pattern
from scripts.wafer.scene import Field, Scene, random_beam, seen
from xai_core.base.errors import InputError
from xai_core.demo.wafer.examples import equivalent_diameter
from xai_core.demo.wafer.kinds import KINDS, NONE, SIDE

VISIBLE = 0.25  # of a defect's deepest change, from which on a pixel belongs to it


@dataclass(frozen=True)
class WaferPicture:
    """One picture with its ground truth.

    Attributes:
        kind: of the defect, one of `KINDS`. pattern: what it lies on.
        mask: where the defect is; nowhere for `none`.
        size_px: diameter of a disc as large as the mask, in pixels; 0 for `none`.
    """

    pixels: UInt8[np.ndarray, "128 128"]
    kind: str
    pattern: PatternKind
    mask: Bool[np.ndarray, "128 128"]
    size_px: float
    seed: int


def wafer_picture(
    seed: int, kind: str | None = None, pattern: PatternKind | None = None
) -> WaferPicture:
    """The picture of a seed. Whatever is left open is drawn from it too.

    Pattern, instrument, defect and noise have random numbers of their own: `kind="none"` with the
    `pattern` of another picture gives that picture without its defect.

    Raises:
        InputError: the kind is unknown, or does not occur on the pattern.
    """
    choice, structure, fault, grain = (np.random.default_rng([seed, part]) for part in range(4))
    kind = kind or str(choice.choice(KINDS))
    possible = _patterns_of(kind)
    pattern = pattern or possible[int(choice.integers(len(possible)))]
    if pattern not in possible:
        raise InputError(f"There is no {kind!r} on {pattern}.", _hint())
    made = random_pattern(pattern, structure)
    beam, scene = random_beam(structure), Scene(made.solid)
    sound = seen(scene, beam)
    change = np.zeros_like(sound)
    if kind != NONE:
        full = seen(DEFECTS[kind].change(scene, made, fault), beam)
        change = fault.uniform(0.6, 1.0) * (full - sound)
    if structure.choice([False, True]):  # lines run across as often as down
        sound, change = sound.T, change.T
    mask = np.abs(change) > max(VISIBLE * np.abs(change).max(), 1e-9)
    pixels = _taken(sound + change, grain)
    return WaferPicture(pixels, kind, pattern, mask, equivalent_diameter(mask), seed)


def _patterns_of(kind: str) -> tuple[PatternKind, ...]:
    if kind == NONE:
        return get_args(PatternKind)
    if kind not in DEFECTS:
        raise InputError(f"There is no kind of defect {kind!r}.", _hint())
    return DEFECTS[kind].patterns


def _hint() -> str:
    known = (f"{one.kind} ({' or '.join(one.patterns)})" for one in DEFECTS.values())
    return f"There are {NONE}, {', '.join(known)}."


def _taken(scene: Field, grain: np.random.Generator) -> UInt8[np.ndarray, "h w"]:
    """With charging, which drifts over the picture, and shot noise, which grows with the signal."""
    tilt = np.linspace(-0.5, 0.5, SIDE)
    charge = grain.uniform(-0.15, 0.15, 2)
    level = scene + charge[0] * tilt[:, None] + charge[1] * tilt
    noise = grain.uniform(0.05, 0.1) * np.sqrt(np.clip(level, 0.05, None))
    taken = level + noise * grain.standard_normal(level.shape)
    return np.clip(np.rint(255 * taken), 0, 255).astype(np.uint8)
