"""OpenVINO's runtime: the `.xml` of a graph and the `.bin` of its weights, from memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from xai_core.base.errors import ModelError, first_line
from xai_core.models.installs import INSTALLS
from xai_core.models.keras.layout import layout_of
from xai_core.models.runtimes.picture import PictureRuntime

HEAD = 4096
WEIGHTS = ".bin"
# Processors that have bfloat16 would compute in it, and give other scores than the original.
HOW = {"INFERENCE_NUM_THREADS": 2, "INFERENCE_PRECISION_HINT": "f32"}
AGAIN = "Copy both files again, or convert the model again."


def is_graph(path: Path) -> bool:
    """Whether the file is the `.xml` of the two. Never raises."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return False
    return head.lstrip().startswith(b"<") and b"<net " in head and b"<layers" in head


def openvino_runtime(path: Path) -> PictureRuntime:
    """The model, compiled for the CPU.

    Raises:
        ModelError: `missing-package`, `missing-weights`; `corrupt-file`, it cannot be read;
            `forward-failed`, it takes more than one picture.
    """
    module = _module()
    weights = path.with_suffix(WEIGHTS)
    if not weights.is_file():
        raise ModelError(
            f"The weights of an OpenVINO model lie in a second file, {weights.name}; it is not "
            "here.",
            "Choose both files at once, or a zip of them; on the command line, put them into one "
            "folder.",
            code="missing-weights",
        )
    core = module.Core()
    try:
        data = np.frombuffer(weights.read_bytes(), np.uint8)
        graph = core.read_model(model=path.read_bytes(), weights=module.Tensor(data))
        compiled = core.compile_model(graph, "CPU", HOW)
    except RuntimeError as cause:
        raise ModelError(
            f"OpenVINO cannot read the model: {first_line(cause)}", AGAIN, code="corrupt-file"
        ) from cause
    if len(compiled.inputs) != 1:
        raise ModelError(
            f"A model of one input was expected; this one takes {len(compiled.inputs)}.",
            "Convert it with the picture as its only input.",
            code="forward-failed",
        )
    given = compiled.inputs[0]
    sizes = tuple(
        int(size.get_length()) if size.is_static else None for size in given.get_partial_shape()
    )
    return PictureRuntime(
        _once(compiled),
        f"OpenVINO {module.__version__.partition('-')[0]}",
        layout_of(sizes, "channels_first"),
        np.dtype(given.get_element_type().to_dtype()).name,
    )


def _module() -> Any:
    try:
        import openvino as module
    except ImportError as cause:
        raise ModelError(
            "This model runs in OpenVINO, which is not installed here.",
            INSTALLS["openvino"],
            code="missing-package",
        ) from cause
    return module


def _once(compiled: Any) -> Any:
    def once(tensor: np.ndarray) -> dict[str, np.ndarray]:
        found = compiled(tensor)
        return {_name(output, at): found[output] for at, output in enumerate(compiled.outputs)}

    return once


def _name(output: Any, at: int) -> str:
    return next(iter(sorted(output.get_names())), f"output_{at}")
