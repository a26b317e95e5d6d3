"""What a package around a model is, and what it says of the model in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from xai_core.base.registry import Registry

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Content:
    """What lies in a package.

    Attributes:
        models: the file or folder of each model on the disk, by the name that a person chooses it
            by: its path in the package.
        facts: short lines for a person, heading to value ("Flavour": "pytorch", ...).
        labels: class names. shape: `(C, H, W)` that the model was packed for. None: not said.
        code: Python files that define the model's classes; without trust nothing of them is run.
        beside: files that belong beside the model's own, where the package keeps them elsewhere.
    """

    models: Mapping[str, Path]
    facts: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] | None = None
    shape: Shape | None = None
    code: tuple[Path, ...] = ()
    beside: tuple[Path, ...] = ()


class Package(ABC):
    """One kind of package. order: lower is asked first.

    title: with its article, in the middle of a sentence ("an MLflow model"). first: it is told by
    its own file, and goes before the formats, which might find a model in it, too.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int] = 100
    first: ClassVar[bool] = True

    @abstractmethod
    def recognise(self, names: Collection[str]) -> bool:
        """Whether it is one, by the paths of the files in it. Never raises."""

    @abstractmethod
    def look(self, folder: Path) -> Content:
        """What lies in it. Nothing of it is run.

        Args:
            folder: where it lies unpacked; may be read only.

        Raises:
            ModelError: what says what is in it cannot be read (`corrupt-file`).
        """


PACKAGES: Registry[Package] = Registry("xai_core.models.packages", "package")
