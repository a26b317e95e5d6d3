"""What a session may choose from: model files and pictures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from xai_core.base.errors import XaiError
from xai_core.base.patience import PROOF_SECONDS
from xai_core.base.target import Target
from xai_core.models.formats.base import LoadOptions
from xai_core.pictures.preprocessing import InputSpec

HASH = re.compile(r"[0-9a-f]{64}")  # as `keep` names what it keeps


@dataclass(frozen=True)
class Source:
    """A model file that the session may open.

    Attributes:
        labels: class names that the user gave, which go before the model's own.
        spec: how pictures become inputs, where the user or the check chose it.
    """

    title: str
    path: Path
    options: LoadOptions = field(default_factory=LoadOptions)
    labels: tuple[str, ...] | None = None
    spec: InputSpec | None = None

    @property
    def proof_seconds(self) -> float:
        """What the proof of its verdict may take: more, once the user lets it go on."""
        return PROOF_SECONDS * self.options.patience

    @property
    def file(self) -> str:
        """What messages call the file: an upload, which is named by its hash on disk, as here."""
        return self.title if HASH.fullmatch(self.path.name) else self.path.name


@dataclass(frozen=True)
class Photo:
    """A picture file that the session may explain. mask: the file of what its maps should show."""

    name: str
    path: Path
    mask: Path | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """All that belong to it."""
        return (self.path,) if self.mask is None else (self.path, self.mask)


@dataclass
class Pending:
    """An uploaded model file that is looked at and not opened yet.

    Attributes:
        code: the Python files that came with it, by name. labels: the class names that did.
        others: inputs beside the picture, as text. files: those that stand in it, by name.
        member: which model of a package with several.
        refusal: why it could not be opened, when that was tried last.
        architecture, target: as when it was open before, where it was.
    """

    name: str
    path: Path
    code: dict[str, bytes] = field(default_factory=dict)
    labels: tuple[str, ...] | None = None
    others: str = ""
    files: dict[str, Path] = field(default_factory=dict)
    member: str | None = None
    refusal: XaiError | None = None
    architecture: str = ""
    target: int | Target | None = None


def free_name(name: str, path: Path, taken: Mapping[str, Path]) -> str:
    """The name that a file is offered by: its own, unless another file has that."""
    if taken.get(name, path) == path:
        return name
    names = (f"{name} ({number})" for number in count(2))
    return next(one for one in names if taken.get(one, path) == path)
