"""Relevance of one picture by layer-wise relevance propagation, and what was done for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_core.attribution.capabilities import Capabilities
from xai_core.base.errors import MethodError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.attribution.relevance.batch_norms import Watch
    from xai_core.attribution.relevance.rules import Box
    from xai_core.attribution.relevance.shares import Shares
    from xai_core.attribution.scorer import Scorer

CLOSE = 1e-3  # of the score or the largest one, within which it is the same with layers joined
UNSEEN = (
    "The rules of LRP are for convolutions and linear layers, and this model has none that can be "
    "seen: it is TorchScript, an exported graph, or calls them as functions."
)
ATTENDS = (
    "LRP has rules for convolutions and linear layers here, and none for the attention of this "
    "model's layers."
)
OTHER = "Choose Gradient attention rollout, LeGrad or a gradient method."


@dataclass(frozen=True)
class Relevance:
    """values: `[1, C, H, W]`. start: what was handed in at the score. canonizer: in words. kept:
    what layers did not hand on, since no input has a part in those outputs.
    """

    values: Tensor
    start: float
    canonizer: str
    kept: float


def why_not(capabilities: Capabilities) -> str | None:
    """The reason why a model offers no layers with a rule; None where it does."""
    kinds = [layer.kind.lower() for layer in capabilities.layers]
    if any("attention" in kind or "attn" in kind for kind in kinds):
        return ATTENDS
    if not any(layer.weighs for layer in capabilities.layers):
        return UNSEEN
    return None


@dataclass
class Looked:
    """A pass of the model as it is. output: its result, whose graph is alive until it is read."""

    output: Any
    watch: Watch


def looked(call: Callable[[Tensor], Any], module: nn.Module, inputs: Tensor) -> Looked:
    """`call(inputs)`, which runs the module, and what ran in it."""
    import torch

    from xai_core.attribution.relevance.batch_norms import Watch

    watch = Watch()
    with torch.enable_grad(), watch.on(module):
        output = call(inputs.detach().requires_grad_(True).clone())
    return Looked(output, watch)


def propagated(
    scorer: Scorer, inputs: Tensor, composite: str, box: Box, *, bias: bool, seen: Looked | None
) -> Relevance:
    """Relevance of `[1, C, H, W]`; two passes, of which the first only looks.

    Args:
        seen: the first one, where it is over.

    Raises:
        MethodError: layers are out of sight or have no rule, or run more than once.
    """
    import torch

    from xai_core.attribution.passes.batch_norm import sound_batch_norm
    from xai_core.attribution.passes.calls import Calls
    from xai_core.attribution.passes.final_activation import shown
    from xai_core.attribution.relevance.batch_norms import merged
    from xai_core.attribution.relevance.rules import ruled
    from xai_core.attribution.relevance.shares import Shares

    _check(scorer)
    plain = scorer.unfolded()
    if seen is None:
        seen = looked(shown(plain.call, plain.score.before), plain.module, inputs)
    before, scale = _scores(plain.uncounted(), seen.output)
    seen.output = None  # and its graph with it, which whoever made the pass would keep
    watch, shares = seen.watch, Shares()
    _check_layers(watch)
    under = ruled(watch.ran, composite, box, bias=bias)
    with merged(watch.pairs), under as layers, torch.enable_grad():
        leaf = inputs.detach().requires_grad_(True)
        with Calls(shares.watch):
            score = plain(leaf)
        _check_score(before, float(score.detach()), scale, watch)
        (values,) = torch.autograd.grad(sound_batch_norm(score), leaf, score.detach())
    kept = sum(layer.kept for layer in layers)
    told = _canonizer(len(watch.pairs), shares)
    return Relevance(values.detach(), float(score.detach()), told, kept)


def _scores(scorer: Scorer, output: Any) -> tuple[float, float]:
    """The score of an output, and its largest one; 0 where it lists detections."""
    from xai_core.targets.detections import listed
    from xai_core.targets.outputs import scored

    score = float(scorer.of_output(output, 1).detach())
    if listed(output) is not None:
        return score, 0.0
    return score, float(scored(output, scorer.score.explained.chosen).detach().abs().max())


def _check(scorer: Scorer) -> None:
    from xai_core.attribution.noise.weights import NONE
    from xai_core.attribution.passes.rectifiers import hidden

    if hidden(scorer.module):
        raise MethodError(UNSEEN, "Load the original PyTorch model.", code="layers-hidden")
    if not any(one.is_floating_point() for one in scorer.module.parameters()):
        raise MethodError(NONE, "Load the original model.", code="no-float-parameters")


def _check_layers(watch: Watch) -> None:
    if not watch.ran:
        raise MethodError(UNSEEN, "Load the original PyTorch model.", code="layers-hidden")
    if watch.products > sum(watch.runs[layer] for layer in watch.ran):
        raise MethodError(
            "LRP has rules for convolutions and linear layers here, and this model also multiplies "
            "by weights or attention elsewhere.",
            OTHER,
            code="layers-hidden",
        )
    if any(layer._parameters.get("weight") is None for layer in watch.ran):
        raise MethodError(
            "The weights of a layer of this model are made anew in each pass, as by weight or "
            "spectral normalisation, and the rules of LRP change a layer's own weights.",
            OTHER,
            code="layers-hidden",
        )
    if any(watch.runs[layer] > 1 for layer in watch.ran):
        raise MethodError(
            "A convolution or linear layer of this model runs more than once in a pass, and LRP "
            "keeps one input for each.",
            OTHER,
            code="layers-hidden",
        )


def _check_score(before: float, after: float, scale: float, watch: Watch) -> None:
    import torch

    weights = (one for layer in watch.ran for one in layer.parameters(recurse=False))
    rounding = max(torch.finfo(one.dtype).eps for one in weights)
    if abs(after - before) <= max(CLOSE, 4 * rounding) * max(abs(before), scale, CLOSE):
        return
    if not watch.pairs:
        raise MethodError(
            f"The model's score is {after:.4g} in a second pass instead of {before:.4g}: it draws "
            "random numbers, or keeps something from pass to pass.",
            "Let it give the same for the same picture.",
        )
    raise MethodError(
        f"With its batch norms joined to the layers before them the model's score is "
        f"{after:.4g} instead of {before:.4g}: what lies between is used elsewhere, too.",
        OTHER,
    )


def _canonizer(merged: int, shares: Shares) -> str:
    parts = {
        "batch norms merged": merged,
        "sums shared out": shares.told["sums"],
        "gates passed": shares.told["gates"],
    }
    return ", ".join(f"{count} {what}" for what, count in parts.items() if count) or "none needed"
