"""What every finding code means and what to do about it: the one place that says so.

A code is the stable name of a `Finding` in a verdict, and of the `XaiError` that may become one.
The README's table is made from this; a test compares it with the codes that the source uses.
"""

from __future__ import annotations

from collections.abc import Mapping

from xai_core.base.output_codes import OUTPUTS, Meaning

SAVE_AGAIN = "Copy or download the file again, or save the model again."
LOAD_ORIGINAL = "Load the PyTorch model that it was made from."

MEANINGS: Mapping[str, Meaning] = {
    # The file.
    "unknown-format": Meaning(
        "The bytes are of no model format that can be loaded here.",
        "Save the model with `torch.save(model, path)`, or its weights.",
    ),
    "corrupt-file": Meaning("The file is empty, breaks off or is damaged.", SAVE_AGAIN),
    "inference-format": Meaning(
        "The format holds a graph for prediction only, without gradients.", LOAD_ORIGINAL
    ),
    "needs-trust": Meaning(
        "Loading would run code that the file names.",
        "If you trust its origin, load it with trust (`--trust`); else ask for the weights.",
    ),
    "unsafe-code": Meaning(
        "The file would run, read or write something that no model needs, or breaks a rule that "
        "its writer keeps.",
        "Do not use it; ask for the weights instead. Trust opens a TorchScript file all the same.",
    ),
    "missing-code": Meaning(
        "A class that the file needs is not installed here.",
        "Give the Python file that defines it (`--code`) and trust it.",
    ),
    "needs-tensorflow": Meaning(
        "The model runs in TensorFlow, whose environment is not set up.",
        "Run `make tensorflow` once, then open the model again.",
    ),
    "missing-weights": Meaning(
        "The file holds a graph without its weights.",
        "Zip the whole folder of a SavedModel, or freeze the graph.",
    ),
    "graph-nodes": Meaning(
        "The file does not say where the graph begins and ends; these nodes were taken.",
        "If they are the wrong ones, name others (`--architecture 'input:0->output:0'`).",
    ),
    "missing-architecture": Meaning(
        "The file holds weights without a model, and they fit no known architecture.",
        "Name one (`--architecture`), or give a Python file with a function `build()`.",
    ),
    "architecture-found": Meaning(
        "The weights fit an architecture of torchvision or timm, tensor by tensor.",
        "Nothing.",
    ),
    "architecture-ambiguous": Meaning(
        "The weights fit several architectures equally; as a warning: not all compute the same.",
        "If the wrong one was taken, name the right one (`--architecture`).",
    ),
    "classes-assumed": Meaning(
        "The class names are ImageNet's because there are 1000 outputs; the file names none.",
        "If it was trained on other classes, go by their numbers.",
    ),
    "checkpoint-entry": Meaning(
        "The model or the weights were taken from one entry of a checkpoint.",
        "Nothing, if it is the entry that you mean.",
    ),
    "weights-rescued": Meaning(
        "The model's class is missing; its tensors were put into a network that was named instead.",
        "See that this network computes what the original did.",
    ),
    "weights-left-out": Meaning(
        "The file holds tensors that the network has no place for; they were left out.",
        "See that they belong to a part that you do not explain, such as an optimizer.",
    ),
    "precision-changed": Meaning(
        "The numbers in the file are not float32; the model was converted.",
        "Nothing; results can differ slightly from those of the original.",
    ),
    "baked-in": Meaning(
        "The export kept something of the moment when it was made: a trace's one run, cuts in the "
        "gradient, training mode, a device, one batch size.",
        "Nothing, if the original model is so, too; else export it again as the message says.",
    ),
    "converted-verified": Meaning(
        "The module is a conversion; outputs and gradient were proven on the source runtime.",
        "Nothing.",
    ),
    "converted-unverified": Meaning(
        "The module is a conversion that could not be proven equal to its source.", LOAD_ORIGINAL
    ),
    # The forward pass.
    "forward-failed": Meaning(
        "The model does not run on the input, or its output is not understood.",
        "Give an input of the shape that it was trained on (`--input-shape`, `--image`).",
    ),
    "other-inputs": Meaning("More than the picture goes in.", "Fix the others (`--input`)."),
    "non-finite-output": Meaning(
        "The output has infinite or undefined values.",
        "Look for overflow, a logarithm or a division by zero, and for NaN weights.",
    ),
    "random-output": Meaning(
        "Two runs on the same input differ, although the model is in eval mode.",
        "Look for dropout or noise that ignores eval mode.",
    ),
    **OUTPUTS,
    # The gradient.
    "no-gradient": Meaning(
        "The gradient of the score does not reach the input.",
        "Keep every step from input to score in torch, with gradients on.",
    ),
    "zero-gradient": Meaning(
        "The gradient is zero everywhere; as a warning: on some inputs only.",
        "Look for rounding, thresholds, saturated or dead units.",
    ),
    "non-finite-gradient": Meaning(
        "The gradient has infinite or undefined values.",
        "Look for a square root, norm, logarithm or division at zero.",
    ),
    "gradient-mismatch": Meaning(
        "The gradient is there but wrong, or could not be proven: finite differences of the score "
        "do not agree with it.",
        "Look for a detached branch or a custom backward; if it is on purpose, explain anyway.",
    ),
    # Where it dies.
    "detach": Meaning(
        "`.detach()`, `.data` or `torch.tensor(...)` cuts the gradient on the way to the score.",
        "Remove it; let the caller use `torch.no_grad()`.",
    ),
    "numpy-round-trip": Meaning(
        "The score is computed through NumPy, which keeps no gradient.",
        "Use the torch function of the same name.",
    ),
    "python-scalar": Meaning(
        "`.item()`, `.tolist()` or `float()` turns a value into a plain Python number.",
        "Keep it a tensor.",
    ),
    "no-grad-context": Meaning(
        "Gradients are switched off inside the model (`no_grad`, `inference_mode`).",
        "Remove it from the model's code; let the caller decide.",
    ),
    "non-differentiable-op": Meaning(
        "The score depends on an operation without a useful gradient (argmax, round, a "
        "comparison, a cast).",
        "Return the values before it, or use a smooth form (softmax, sigmoid).",
    ),
    # What methods need.
    "layers-hidden": Meaning(
        "The format hides or fuses inner layers.",
        "Use methods that need only the input's gradient, or load the PyTorch model.",
    ),
    "no-spatial-layer": Meaning(
        "No layer gives a feature map, so class activation maps are not defined.",
        "Choose a gradient method.",
    ),
    "no-rectifier": Meaning(
        "No ReLU-like function runs, so Guided Backprop and Deconvolution are not defined.",
        "Choose Integrated Gradients, SmoothGrad or FusionGrad.",
    ),
    "rectifiers": Meaning(
        "How many rectifier calls are guided, and how many a library that hooks only `nn.ReLU` "
        "layers would have skipped.",
        "Nothing; expect another map from such a library.",
    ),
    "no-float-parameters": Meaning(
        "There are no floating-point parameters (frozen or quantised), so weight noise is not "
        "defined.",
        "Load the model before it was frozen or quantised.",
    ),
    # The check and the process.
    "check-failed": Meaning(
        "A readiness check failed in the model; what it looks for stays unproven.",
        "Read its message; it is often a model that does something unusual in forward.",
    ),
    "time-limit": Meaning(
        "A time limit passed. In a verdict: what was not proven by then counts as unproven.",
        "Give it a smaller input or fewer samples.",
    ),
    "memory-limit": Meaning(
        "The model's process took more memory than it may, or a message to or from it is too "
        "large.",
        "Use smaller pictures or fewer samples at once, or a higher `PEDESTAL_WORKER_MEMORY`.",
    ),
    "resource-limit": Meaning(
        "The model's process wrote more to disk or started more threads than it may.",
        "No usual model does that: find out where the file came from.",
    ),
    "protection-off": Meaning(
        "A file was to be trusted on a machine that does not guard the model's process.",
        "Open it on a guarded machine, or allow it by `PEDESTAL_ALLOW_UNPROTECTED=1`.",
    ),
    "crashed": Meaning(
        "The model's process died, or sent what no honest process sends.",
        "Read its last lines, which are shown; do not trust the file if it lied.",
    ),
    "start-failed": Meaning(
        "No process for the model could be started. Never a finding about a model.",
        "Run `make test`, and see that memory is free.",
    ),
    "closed": Meaning(
        "The model's process was closed while it was asked. Never a finding about a model.",
        "Open the model again.",
    ),
    "cancelled": Meaning("The computation was stopped as asked; nothing has changed.", "Nothing."),
    "error": Meaning("A failure without a code of its own.", "Read its message."),
}
