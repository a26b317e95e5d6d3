"""Codes about what methods need."""

from __future__ import annotations

from collections.abc import Mapping

from xai_core.base.finding_codes.meaning import Meaning

CODES: Mapping[str, Meaning] = {
    "layers-hidden": Meaning(
        "The format hides or fuses inner layers.",
        "Use methods that need only the input's gradient, or load the PyTorch model.",
    ),
    "no-spatial-layer": Meaning(
        "No layer gives a feature map, so class activation maps are not defined.",
        "Choose a gradient method.",
    ),
    "no-attention": Meaning(
        "Attention from all tokens to all cannot be followed, so attention rollout is not defined.",
        "Choose a gradient or CAM method.",
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
}
