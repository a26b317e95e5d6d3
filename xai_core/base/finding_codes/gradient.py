"""Codes about the gradient, and where it dies."""

from __future__ import annotations

from collections.abc import Mapping

from xai_core.base.finding_codes.meaning import Meaning

CODES: Mapping[str, Meaning] = {
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
    "imprecise-gradient": Meaning(
        "The gradient is right, but the precision in which maps are made is not enough for it.",
        "Explain a score that is not saturated, such as the log-odds (`--target log-odds`).",
    ),
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
}
