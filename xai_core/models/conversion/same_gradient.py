"""Whether a graph is the module it was made from, where both have gradients: compared directly."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from xai_core.base.errors import XaiError, first_line
from xai_core.base.finding import Finding

OUTPUT_TOLERANCE = 1e-4  # of the largest output: the same sums in another order
GRADIENT_TOLERANCE = 1e-3  # in length


@dataclass(frozen=True)
class Likeness:
    """A module against the one it was made from.

    Attributes:
        output_error: largest difference of outputs, of the largest output.
        gradient_error: largest distance of input gradients, of the gradient's length.
        samples: inputs that were compared.
        why_not: the reason in a sentence where they are not proven equal.
    """

    output_error: float = 0.0
    gradient_error: float = 0.0
    samples: int = 0
    why_not: str | None = None

    def finding(self, converter: str) -> Finding:
        """`converted-verified`, with the figures."""
        return Finding(
            "converted-verified",
            "info",
            f"Converted by {converter} and proven equal to the file's own module on {self.samples} "
            f"inputs: largest difference of the outputs {self.output_error:.2g}, of the input "
            f"gradients {self.gradient_error:.2g} (relative).",
        )


def compare(candidate: nn.Module, original: nn.Module, inputs: Tensor) -> Likeness:
    """Outputs, and input gradients of one random sum of the outputs, for each of `[B, C, H, W]`.

    A gradient that differs for one input alone is asked for all at once: torch's batch
    normalisation gives a wrong one for a single sample of size 1, which can be cured in a graph and
    not in TorchScript (`methods/batch_norm.py`).
    """
    outputs, gradients = [0.0], [0.0]
    for index in range(len(inputs)):
        picture = inputs[index : index + 1]
        try:
            output, gradient = _errors(candidate, original, picture)
            if gradient > GRADIENT_TOLERANCE:
                with suppress(XaiError):  # it takes one sample at a time
                    gradient = min(gradient, _errors(candidate, original, inputs)[1])
        except XaiError as error:
            return Likeness(why_not=first_line(error.message))
        except Exception as error:  # graphs raise nearly anything
            return Likeness(why_not=f"It fails: {type(error).__name__}: {first_line(error)}")
        outputs.append(output)
        gradients.append(gradient)
    return Likeness(
        max(outputs), max(gradients), len(inputs), _why_not(max(outputs), max(gradients))
    )


def _why_not(output: float, gradient: float) -> str | None:
    if not output <= OUTPUT_TOLERANCE:
        return f"Its outputs differ by {output:.2g} of the largest."
    if not gradient <= GRADIENT_TOLERANCE:
        return f"Its input gradient differs by {gradient:.2g} of the gradient's length."
    return None


def _errors(candidate: nn.Module, original: nn.Module, batch: Tensor) -> tuple[float, float]:
    came, new = _run(candidate, batch)
    expected, old = _run(original, batch)
    if came.shape != expected.shape:
        return float("inf"), float("inf")
    return (
        _share((came - expected).abs().max(), expected.abs().max()),
        _share((new - old).norm(), old.norm()),
    )


def _share(difference: Tensor, size: Tensor) -> float:
    if not bool(difference):
        return 0.0
    share = float(difference / size)
    return share if share == share else float("inf")


def _run(module: nn.Module, batch: Tensor) -> tuple[Tensor, Tensor]:
    from xai_core.attribution.forward import run
    from xai_core.attribution.passes.batch_norm import sound_batch_norm
    from xai_core.base.borrow import borrowed
    from xai_core.readiness.setting.score import same_draws
    from xai_core.targets import main_output

    leaf = batch.detach().clone().requires_grad_(True)
    with borrowed(module), torch.enable_grad(), same_draws():
        output = main_output(run(module, leaf))[1]
        draws = torch.Generator().manual_seed(0)
        weights = torch.randn(output.shape, generator=draws).to(output.device)
        score = sound_batch_norm((output * weights).sum())
        gradient = None
        if score.requires_grad:
            (gradient,) = torch.autograd.grad(score, leaf, allow_unused=True)
    if gradient is None:
        raise XaiError("The gradient does not reach the input.")
    return output.detach().double(), gradient.double()
