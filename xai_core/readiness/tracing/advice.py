"""What to say about a cut, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xai_core.readiness.tracing.cuts import STRAIGHT_THROUGH, Cut


@dataclass(frozen=True)
class Advice:
    """code: of the finding. message: with the call's name to be filled in. hint: the fix."""

    code: str
    message: str
    hint: str


ADVICE: Mapping[str, Advice] = {
    "detach": Advice(
        "detach",
        "{call} cuts the gradient on the way to the score",
        "Remove {call}. If memory in inference was the reason, call the model under "
        "torch.no_grad() from outside instead.",
    ),
    "tensor": Advice(
        "detach",
        "torch.{name}(...) makes a copy that does not know where its values come from",
        "Use the tensor itself, or torch.stack([...]) of tensors.",
    ),
    "hidden-change": Advice(
        "detach",
        "{call} changes values behind autograd's back, through a detached view",
        "Make the change on the tensor itself, out of place.",
    ),
    "numpy-round-trip": Advice(
        "numpy-round-trip",
        "the score is computed through NumPy, which keeps no gradient",
        "Do this step with the torch function of the same name.",
    ),
    "python-scalar": Advice(
        "python-scalar",
        "{call} turns a value that the score needs into a plain Python number",
        "Keep it a tensor: torch does the same arithmetic on 0-dimensional tensors.",
    ),
    "no-grad-context": Advice(
        "no-grad-context",
        "gradients are switched off here for a part that the score needs",
        "Remove it from the model's code; let the caller decide (with torch.no_grad(): model(x)).",
    ),
    "straight-through": Advice(
        "gradient-mismatch",
        "{call} rounds, and passes the gradient straight through as if it did not",
        "Explain the model before it was prepared for quantisation. If it is meant to be so, "
        "explain anyway.",
    ),
    "non-differentiable-op": Advice(
        "non-differentiable-op",
        "{call} has no useful gradient, and the score depends on its result",
        "Return the values before this step (logits rather than a class), or use a smooth "
        "form of it (softmax for argmax, sigmoid for a threshold).",
    ),
    "custom-backward": Advice(
        "gradient-mismatch",
        "a custom autograd function has a backward that is not the derivative of its forward",
        "Correct its backward. If it is meant to be so (straight-through), explain anyway.",
    ),
}


def advice_on(cut: Cut) -> Advice:
    """The advice, with the names of the call filled in."""
    name = cut.call.strip("_") if not cut.call.startswith("__") else cut.call
    kind = "tensor" if cut.call in ("tensor", "as_tensor", "asarray", "new_tensor") else cut.kind
    advice = ADVICE["straight-through" if cut.call.startswith(STRAIGHT_THROUGH) else kind]
    names = {"name": name, "call": SPELLED.get(cut.call, f"{name}()")}
    return Advice(advice.code, advice.message.format(**names), advice.hint.format(**names))


SPELLED = {
    "data": ".data",
    "detach": ".detach()",
    "detach_": ".detach_()",
    "item": ".item()",
    "tolist": ".tolist()",
    "__float__": "float()",
    "__int__": "int()",
    "__bool__": "A Python condition (bool of a tensor)",
    "__index__": "Using a tensor as a Python index",
    "gt": "The comparison >",
    "lt": "The comparison <",
    "ge": "The comparison >=",
    "le": "The comparison <=",
    "eq": "The comparison ==",
    "ne": "The comparison !=",
    "long": "The cast to whole numbers",
    "int": "The cast to whole numbers",
    "byte": "The cast to whole numbers",
    "to": "The cast to another type",
}
