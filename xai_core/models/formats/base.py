"""What a model file format is, and how a file of it is to be loaded."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path

from xai_core.base.finding import Finding
from xai_core.base.loaded_model import LoadedModel
from xai_core.base.registry import Registry
from xai_core.models.export_hint import ExportHint
from xai_core.models.other_inputs import OtherInput
from xai_core.pictures.preprocessing import InputSpec

ACTIVATIONS = ("relu", "gelu", "none")
"""What may stand between the layers of a rebuilt head; the first is assumed."""


@dataclass(frozen=True)
class LoadOptions:
    """How a file is to be loaded.

    Attributes:
        format: format name; None recognises it from the bytes.
        architecture: name of the architecture, for weights without a model; for a bare graph
            its nodes, `input:0->output:0`.
        code: Python files that a pickle or weights need.
        trust: allow a full unpickle or graph code. Only for files whose origin you trust:
            it lets the file run any code.
        input_spec: how pictures are turned into inputs; None takes the model's own or a default.
        output: the entry of a nested output that is explained, `['aux']` or `[1]`; None takes
            the one that looks like class scores, else the first.
        weights: the entry of a checkpoint that the weights are taken from, where it holds several
            (`state_dict_ema`); None takes the averaged ones.
        head_activation: what stands between the layers of a head that was rebuilt from its
            tensors: `relu`, `gelu` or `none`; None assumes `relu`.
        other_inputs: what is fixed, for a model that takes more than the picture.
        member: which model of a package with several, by its path in it.
        patience: times the usual limits that conversions and their proofs may take.
    """

    format: str | None = None
    architecture: str | None = None
    code: tuple[Path, ...] = ()
    trust: bool = False
    input_spec: InputSpec | None = None
    output: str | None = None
    weights: str | None = None
    head_activation: str | None = None
    other_inputs: tuple[OtherInput, ...] = ()
    member: str | None = None
    patience: float = 1.0


@dataclass(frozen=True)
class Inspection:
    """What a file says of itself without being run.

    Attributes:
        format: format name. size: bytes. sha256: of the bytes, hexadecimal.
        facts: short lines for a person, heading to value ("Tensors": "314", ...).
        needs_trust: loading would run code of the file.
        missing: dotted names that the file needs and that are not here.
        findings: e.g. `needs-trust`, `unsafe-code`, `missing-code`.
        member: what in a package was looked at; empty where the file is a model itself.
        members: all models in the package.
    """

    format: str
    size: int
    sha256: str
    facts: dict[str, str] = field(default_factory=dict)
    needs_trust: bool = False
    missing: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    member: str = ""
    members: tuple[str, ...] = ()


class Format(ABC):
    """One model file format. order: lower is asked first. better: how such a model is exported.

    fixes_inputs: `load` minds `options.other_inputs`.
    """

    name: str
    title: str
    order: int = 100
    fixes_inputs: bool = False
    better: ExportHint

    @abstractmethod
    def recognise(self, path: Path) -> bool:
        """Whether the bytes of the file are of this format. Never runs the file, never raises."""

    @abstractmethod
    def inspect(self, path: Path) -> Inspection:
        """Look inside without running.

        Raises:
            ModelError: the file is broken (`corrupt-file`) or breaks an archive rule
                (`unsafe-code`).
        """

    @abstractmethod
    def load(self, path: Path, inspection: Inspection, options: LoadOptions) -> LoadedModel:
        """Load in this process.

        Raises:
            ModelError: with a finding code that says why (`needs-trust`, `missing-code`, ...).
        """


FORMATS: Registry[Format] = Registry("xai_core.models.formats", "format")
