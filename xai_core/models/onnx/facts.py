"""What an ONNX file says of itself, without being run."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.models.onnx.picture_input import picture_input
from xai_core.models.onnx.source import incomplete, missing_files, read_model

if TYPE_CHECKING:
    from onnx import ModelProto


def facts_of(path: Path) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """Short lines for a person, heading to value; a damaged file is a finding."""
    try:
        model, files = read_model(path)
        missing = missing_files(model, files)
    except ModelError as error:
        return {}, (Finding(error.code, "error", error.message, error.hint),)
    if not missing:
        return _facts(model), ()
    gap = incomplete(missing[0])
    return _facts(model), (Finding(gap.code, "error", gap.message, gap.hint),)


def _facts(model: ModelProto) -> dict[str, str]:
    opsets = {item.domain or "ai.onnx": item.version for item in model.opset_import}
    elements = sum(math.prod(tensor.dims) for tensor in model.graph.initializer)
    facts = {
        "Operations": str(len(model.graph.node)),
        "Numbers stored": str(elements),
        "Operator sets": ", ".join(f"{name} {version}" for name, version in opsets.items()),
    }
    if model.producer_name:
        facts["Exported by"] = f"{model.producer_name} {model.producer_version}".strip()
    try:
        source = picture_input(model)
    except ModelError as error:
        return facts | {"Input": error.message}
    sizes = (source.batch, source.channels, source.height, source.width)
    told = " × ".join(str(size or "any") for size in sizes)
    return facts | {"Input": f"{told}, {source.layout}, {source.kind.lower()}"}
