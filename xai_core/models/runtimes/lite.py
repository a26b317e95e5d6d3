"""TensorFlow Lite's interpreter, and its graph as ONNX."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.base.errors import InputError, ModelError, first_line
from xai_core.base.storage.zips import BROKEN
from xai_core.models.keras.layout import layout_of
from xai_core.models.runtimes.picture import PictureRuntime
from xai_core.models.tensorflow.environment import NAME
from xai_core.targets.labels import MAX_BYTES, Labels, parse_labels

if TYPE_CHECKING:
    from onnx import ModelProto

THREADS = 2
OPSET = 17
TIME_LIMIT = 120.0


def lite_runtime(path: Path) -> PictureRuntime:
    """The interpreter of a file.

    Raises:
        ModelError: `needs-tensorflow`, it is not in this environment; `forward-failed`, it does
            not take the file, or the file takes more than one picture.
    """
    module = _module()
    try:
        interpreter = module.Interpreter(model_content=path.read_bytes(), num_threads=THREADS)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as cause:
        raise ModelError(
            f"TensorFlow Lite cannot run the model: {first_line(cause)}",
            "Export it again with built-in operations only.",
            code="forward-failed",
        ) from cause
    given = interpreter.get_input_details()
    if len(given) != 1:
        names = ", ".join(str(one["name"]) for one in given)
        raise ModelError(
            f"A model of one input was expected; this one takes {len(given)}: {names}.",
            "Export it with the picture as its only input.",
            code="forward-failed",
        )
    scale, zero = given[0]["quantization"]
    sizes = tuple(None if size < 1 else int(size) for size in given[0]["shape_signature"])
    return PictureRuntime(
        _once(interpreter, given[0]),
        f"ai-edge-litert {_version()}",
        layout_of(sizes, None),
        np.dtype(given[0]["dtype"]).name,
        float(scale),
        int(zero),
    )


def as_onnx(path: Path, runtime: PictureRuntime, patience: float) -> ModelProto:
    """The graph with channels first, by tf2onnx.

    Raises:
        ModelError: an operation has no counterpart (`converted-unverified`), or `time-limit`.
    """
    import tf2onnx

    from xai_core.models.conversion.converting import converting

    given, ends = names(path)
    turned = runtime.layout.kind == "channels_last"
    maps = [name for name, rank in ends if rank == 4]
    with converting("ONNX", TIME_LIMIT * patience):
        model, _ = tf2onnx.convert.from_tflite(
            str(path),
            opset=OPSET,
            inputs_as_nchw=[given] if turned else None,
            outputs_as_nchw=maps or None,
        )
    return model


def names(path: Path) -> tuple[str, list[tuple[str, int]]]:
    """Of the input; of the outputs, with their ranks."""
    interpreter = _module().Interpreter(model_content=path.read_bytes())
    ends = [(str(one["name"]), len(one["shape"])) for one in interpreter.get_output_details()]
    return str(interpreter.get_input_details()[0]["name"]), ends


def embedded_labels(path: Path) -> Labels | None:
    """The class names that its metadata carries as a text file behind it; None without."""
    try:
        with zipfile.ZipFile(path) as archive:
            texts = [one for one in archive.infolist() if one.filename.endswith(".txt")]
            if len(texts) != 1:
                return None
            with archive.open(texts[0]) as entry:
                return parse_labels(entry.read(MAX_BYTES + 1))
    except (*BROKEN, InputError):
        return None


def _module() -> Any:
    try:
        import ai_edge_litert.interpreter as module
    except ImportError as cause:
        raise ModelError(
            "This model runs in TensorFlow Lite, which is not installed here.",
            "Run `make tensorflow` once, or install `pedestal[tensorflow]` beside Pedestal; then "
            "open the model again.",
            code="needs-tensorflow",
            environment=NAME,
        ) from cause
    return module


def _version() -> str:
    from importlib.metadata import version

    return version("ai-edge-litert")


def _once(interpreter: Any, given: Any) -> Any:
    def once(tensor: np.ndarray) -> dict[str, np.ndarray]:
        if tuple(interpreter.get_input_details()[0]["shape"]) != tensor.shape:
            interpreter.resize_tensor_input(given["index"], tensor.shape)
            interpreter.allocate_tensors()
        interpreter.set_tensor(given["index"], tensor)
        interpreter.invoke()
        outputs = interpreter.get_output_details()
        return {str(one["name"]): _value(interpreter, one) for one in outputs}

    return once


def _value(interpreter: Any, output: Any) -> np.ndarray:
    value = np.asarray(interpreter.get_tensor(output["index"]))
    scale, zero = output["quantization"]
    return (value.astype(np.float32) - zero) * np.float32(scale) if scale else value
