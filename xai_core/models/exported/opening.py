"""Opening an exported program, and what a user is told where that needs trust."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.models.exported.archive import read_exported
from xai_core.models.exported.parts import UnknownPartError

if TYPE_CHECKING:
    from torch.export import ExportedProgram

TRUST_HINT = "If you trust where the file comes from, load it with trust; else ask for the weights."
TRUSTED = "torch.export.load: code that the file holds could run"
HOW = "read from its graph: operators that only compute"


def unread(path: Path) -> Finding | None:
    """`needs-trust` with the reason, where the graph cannot be read without torch's loading.

    Raises:
        ModelError: `corrupt-file` or `unsafe-code`.
    """
    try:
        read_exported(path)
    except UnknownPartError as cause:
        return Finding("needs-trust", "error", _reason(cause), TRUST_HINT)
    return None


def _reason(cause: UnknownPartError) -> str:
    return (
        "Loading this exported program (.pt2) with torch can run code that the file holds, and "
        f"its graph alone cannot be read here: it has {cause}."
    )


def _loaded(path: Path, trust: bool) -> ExportedProgram:
    import torch

    from xai_core.models.exported.program import read_program

    if trust:
        with path.open("rb") as file:  # by name it would have to end in .pt2
            program: ExportedProgram = torch.export.load(file)
        return program
    try:
        return read_program(path)
    except UnknownPartError as cause:
        raise ModelError(_reason(cause), TRUST_HINT, code="needs-trust") from cause


def opened(path: Path, trust: bool) -> ExportedProgram:
    """The program, on the best device: with trust as torch loads it, else from its graph.

    Raises:
        ModelError: `needs-trust` with the reason, `corrupt-file` or `unsafe-code`.
    """
    from torch.export.passes import move_to_device_pass

    from xai_core.base.device import best_device

    program = _loaded(path, trust)
    device = best_device()
    if any(tensor.device.type != device.type for tensor in _tensors(program)):
        program = move_to_device_pass(program, device)  # constants inside the graph, too
    return program


def _tensors(program: ExportedProgram) -> Iterator[Any]:
    import torch

    held = (*program.state_dict.values(), *program.constants.values())
    return (value for value in held if isinstance(value, torch.Tensor))
