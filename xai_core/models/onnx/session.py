"""ONNX Runtime as a predictor: the source runtime that a conversion is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.base.arrays import Inputs
from xai_core.base.errors import ModelError, first_line

if TYPE_CHECKING:
    from onnx import ModelProto

    from xai_core.base.loaded_model import Predictor
    from xai_core.models.onnx.picture_input import PictureInput

THREADS = 2


def session_of(model: ModelProto) -> Any:
    """A session on the CPU, of a model that is complete in memory.

    Raises:
        ModelError: ONNX Runtime refuses it (`forward-failed`).
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = THREADS, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as cause:  # its errors share no base
        raise ModelError(
            f"ONNX Runtime {onnxruntime.__version__} cannot run the graph: {first_line(cause)}",
            "Export the model again, with the usual operators.",
            code="forward-failed",
        ) from cause


def predictor(session: Any, source: PictureInput) -> Predictor:
    """Float32 `[B, C, H, W]` in; the one output, or all of them by name.

    A graph with a fixed batch gets that many, the last one repeated.
    """
    kinds: dict[str, type[Any]] = {
        "FLOAT16": np.float16,
        "DOUBLE": np.float64,
        "UINT8": np.uint8,
        "INT8": np.int8,
    }
    kinds |= {"INT16": np.int16, "INT32": np.int32, "INT64": np.int64, "UINT16": np.uint16}
    wanted = session.get_inputs()[0].type
    kind = np.float32 if wanted == "tensor(float)" else kinds.get(source.kind, np.float32)

    def once(inputs: Inputs) -> list[Any]:
        array = inputs.transpose(0, 2, 3, 1) if source.layout == "NHWC" else inputs
        if issubclass(kind, np.integer):
            limits = np.iinfo(kind)
            array = array.round().clip(limits.min, limits.max)
        return session.run(None, {source.name: np.ascontiguousarray(array, dtype=kind)})

    def predict(inputs: Inputs) -> Any:
        count = len(inputs)
        size = source.batch or count
        parts = []
        for start in range(0, count, size):
            part = inputs[start : start + size]
            filler = np.repeat(part[-1:], size - len(part), axis=0)
            parts.append([_cut(o, len(part)) for o in once(np.concatenate([part, filler]))])
        outputs = (
            parts[0] if len(parts) == 1 else [_joined(same) for same in zip(*parts, strict=True)]
        )
        names = [output.name for output in session.get_outputs()]
        return outputs[0] if len(outputs) == 1 else dict(zip(names, outputs, strict=True))

    return predict


def _cut(output: Any, count: int) -> Any:
    return output[:count] if isinstance(output, np.ndarray) and output.ndim else output


def _joined(outputs: tuple[Any, ...]) -> Any:
    arrays = all(isinstance(output, np.ndarray) and output.ndim for output in outputs)
    return np.concatenate(outputs) if arrays else outputs[0]
