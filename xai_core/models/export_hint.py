"""How a model is better exported, as a few lines of code that run where the model was made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExportHint:
    """Advice for the owners of a model.

    Attributes:
        text: what Pedestal gains by it.
        code: Python; `model` is the model and `inputs` one batch. In TensorFlow 1 `session`,
            `inputs` and `logits` stand for the graph's.
        file: what the code writes.
        level: verdict that a sound model so exported has.
    """

    text: str
    code: str
    file: str
    level: str = "ready"


_MODULE = 'import torch\n\ntorch.save(model.eval(), "model.pt")'
_KERAS = 'model.save("model.keras")'
_FROZEN = """\
import tensorflow as tf

frozen = tf.compat.v1.graph_util.convert_variables_to_constants(
    session, session.graph_def, [logits.op.name]
)
with open("model.pb", "wb") as file:
    file.write(frozen.SerializeToString())"""

MODULE = ExportHint(
    "A whole module on the CPU is the best there is: layers, names and gradients as in training. "
    "With its own classes, give their Python files, too.",
    _MODULE,
    "model.pt",
)
WEIGHTS = ExportHint(
    "The whole module needs nobody to find its architecture, and keeps what weights do not say.",
    _MODULE,
    "model.pt",
)
SCRIPT = ExportHint(
    "Save the module itself: an export hides layers, bakes `.detach()` in and can hide a "
    "`no_grad`.",
    _MODULE,
    "model.pt",
)
ONNX = ExportHint(
    "The PyTorch or Keras model is better. If it has to be ONNX: one file, any batch size, not "
    "quantised.",
    """\
import torch

torch.onnx.export(
    model.eval(),
    (inputs,),
    "model.onnx",
    dynamo=True,
    external_data=False,
    dynamic_shapes=({0: torch.export.Dim("batch")},),
)""",
    "model.onnx",
)
KERAS = ExportHint("This is the best there is for Keras.", _KERAS, "model.keras")
HDF5 = ExportHint("Keras' own format keeps more than HDF5.", _KERAS, "model.keras")
SAVED = ExportHint(
    "Of a Keras model, save the model and not its export: it then runs in torch, layers and all, "
    "without TensorFlow.",
    _KERAS,
    "model.keras",
)
GRAPH = ExportHint(
    "Freeze the graph at the logits: what comes after them (argmax, decoding) has no gradient.",
    _FROZEN,
    "model.pb",
)
