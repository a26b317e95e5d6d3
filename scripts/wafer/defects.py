"""What can be wrong on a wafer: each kind changes the scene of a sound pattern."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from scripts.wafer.patterns import MARGIN, Pattern, PatternKind
from scripts.wafer.scene import SIDE, Field, Scene, ellipse, grid

Change = Callable[[Scene, Pattern, "np.random.Generator"], Scene]  # text: 2 MB to import
GROWTH = 2.0  # pixels by which a defect reaches over the edge that it touches


@dataclass(frozen=True)
class Defect:
    """One kind. patterns: those on which it occurs."""

    kind: str
    patterns: tuple[PatternKind, ...]
    change: Change


DEFECTS: dict[str, Defect] = {}


def _defect(kind: str, *patterns: PatternKind) -> Callable[[Change], Change]:
    """Decorator: what makes a kind of defect."""

    def register(change: Change) -> Change:
        DEFECTS[kind] = Defect(kind, patterns, change)
        return change

    return register


@_defect("bridge", "lines", "contacts")
def bridge(scene: Scene, pattern: Pattern, draws: np.random.Generator) -> Scene:
    """Two neighbours touch: material between lines, or an opening between holes."""
    row, column = draws.choice(pattern.places)
    if pattern.kind == "lines":
        wide = (pattern.pitch - pattern.size) / 2 + GROWTH
        blob = ellipse(row, column + pattern.pitch / 2, draws.uniform(3, 9), wide)
        return replace(scene, solid=np.maximum(scene.solid, blob))
    down = bool(draws.integers(2))
    half = (pattern.pitch - pattern.size) / 2 + GROWTH
    thick = draws.uniform(2.5, 5)
    if down:
        blob = ellipse(row + pattern.pitch / 2, column, half, thick)
    else:
        blob = ellipse(row, column + pattern.pitch / 2, thick, half)
    return replace(scene, solid=np.minimum(scene.solid, -blob))


@_defect("break", "lines")
def line_break(scene: Scene, pattern: Pattern, draws: np.random.Generator) -> Scene:
    """A line is interrupted."""
    row, column = draws.choice(pattern.places)
    blob = ellipse(row, column, draws.uniform(3, 10), pattern.size / 2 + GROWTH)
    return replace(scene, solid=np.minimum(scene.solid, -blob))


@_defect("missing contact", "contacts")
def missing_contact(scene: Scene, pattern: Pattern, draws: np.random.Generator) -> Scene:
    """A hole was never opened."""
    row, column = draws.choice(pattern.places)
    radius = pattern.size / 2 + 2 * GROWTH
    return replace(scene, solid=np.maximum(scene.solid, ellipse(row, column, radius, radius)))


@_defect("particle", "lines", "contacts")
def particle(scene: Scene, pattern: Pattern, draws: np.random.Generator) -> Scene:
    """A grain lies on top, bright or dark, and not quite round."""
    row, column = draws.uniform(MARGIN, SIDE - MARGIN, 2)
    rows, columns = grid()
    angle = np.arctan2(rows - row, columns - column)
    radius = draws.uniform(3, 11)
    outline = 1 + sum(
        draws.uniform(0, 0.12) * np.cos(waves * angle + draws.uniform(0, 2 * np.pi))
        for waves in (2, 3, 5)
    )
    distance = radius * outline - np.hypot(rows - row, columns - column)
    return replace(scene, cover=distance, tone=float(draws.choice([0.05, 0.95])))


@_defect("scratch", "lines", "contacts")
def scratch(scene: Scene, pattern: Pattern, draws: np.random.Generator) -> Scene:
    """A thin, slightly bent groove across the structure."""
    row, column = draws.uniform(MARGIN + 12, SIDE - MARGIN - 12, 2)
    rows, columns = grid()
    angle = draws.uniform(0, np.pi)
    along = (rows - row) * np.sin(angle) + (columns - column) * np.cos(angle)
    across = (rows - row) * np.cos(angle) - (columns - column) * np.sin(angle)
    length, width = draws.uniform(24, 64), draws.uniform(1.6, 3.2)
    bend = draws.uniform(-0.006, 0.006) * along**2
    distance = _capsule(along, across - bend, length / 2, width / 2)
    return replace(scene, cover=distance, tone=float(draws.choice([0.05, 0.9])))


def _capsule(along: Field, across: Field, half: float, radius: float) -> Field:
    beyond = np.maximum(np.abs(along) - half, 0)
    return radius - np.hypot(beyond, across)
