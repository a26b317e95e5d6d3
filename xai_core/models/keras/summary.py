"""What a Keras file says of itself, for a person."""

from __future__ import annotations

from pathlib import Path

from xai_core.models.formats.base import Inspection
from xai_core.models.keras.declared import Declared, Shape
from xai_core.models.keras.safety import code_findings, custom, needing_trust, refuse_dangerous
from xai_core.models.peek.digest import digest


def inspection(name: str, path: Path, said: Declared, version: str) -> Inspection:
    """The inspection of the file at `path`, whose configuration says `said`.

    Raises:
        ModelError: `unsafe-code`, the configuration asks for what no model needs.
    """
    refuse_dangerous(said.objects)
    missing = tuple(item.path for item in custom(said.objects))
    size = digest(path)
    facts = {
        "Class": said.kind,
        "Layers": str(said.layers),
        "Input": " and ".join(map(_shape, said.inputs)) or "not told",
        "Keras": version,
    }
    if missing:
        facts["Own classes needed"] = ", ".join(missing)
    return Inspection(
        format=name,
        size=size.size,
        sha256=size.sha256,
        facts=facts,
        needs_trust=bool(missing) or bool(needing_trust(said.objects)),
        missing=missing,
        findings=code_findings(said.objects),
    )


def _shape(shape: Shape) -> str:
    return " × ".join("any" if size is None else str(size) for size in shape[1:])
