"""A model with noise on its weights, and the model's own weights as they were."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.noise.draws import Draws
from xai_core.attribution.noise.parameters import WeightNoise
from xai_core.attribution.scorer import Scorer
from xai_core.base.errors import MethodError

if TYPE_CHECKING:
    from torch import Tensor

Weights = dict[str, "Tensor"]

NONE = (
    "This model has no floating-point parameters to put noise on: its weights are constants "
    "(a frozen or converted model) or integers (a quantised one)."
)


def why_not(capabilities: Capabilities) -> str | None:
    """The reason why a model offers no weights to a method; None where it does."""
    return None if capabilities.float_parameters else NONE


def noisy_scorers(
    scorer: Scorer, inputs: Tensor, noise: WeightNoise, draws: Draws
) -> Generator[Scorer, None, None]:
    """The score under each draw of the weights.

    Close it: a model whose weights had to be written over gets its own back then.

    Raises:
        MethodError: there is nothing to put noise on (`no-float-parameters`).
    """
    trained = {
        name: parameter.detach()
        for name, parameter in scorer.module.named_parameters()
        if parameter.is_floating_point()
    }
    if not trained:
        raise MethodError(
            NONE, "Load the original model, or use SmoothGrad.", code="no-float-parameters"
        )
    way = _replaced if _replaceable(scorer, inputs, trained) else _overwritten
    yield from way(scorer, trained, noise, draws)


def noisy(trained: Weights, noise: WeightNoise, draws: Draws) -> Weights:
    """One draw, made from the trained weights."""
    import torch

    sizes = [weight.numel() for weight in trained.values()]
    etas = torch.split(draws.normal((sum(sizes),), noise.mean, noise.std)[0], sizes)
    result = {}
    for (name, weight), flat in zip(trained.items(), etas, strict=True):
        eta = flat.view(weight.shape).to(weight.device)
        changed = weight + eta if noise.noise_type == "additive" else weight * eta
        result[name] = changed.to(weight.dtype)
    return result


def _replaced(
    scorer: Scorer, trained: Weights, noise: WeightNoise, draws: Draws
) -> Generator[Scorer, None, None]:
    """Other weights for the time of a call: the model's own are never touched."""
    for _ in range(noise.n):
        yield _with_weights(scorer, noisy(trained, noise, draws))


def _with_weights(scorer: Scorer, weights: Weights) -> Scorer:
    from torch.func import functional_call

    def call(inputs: Tensor) -> Any:
        return functional_call(scorer.module, weights, (inputs,))

    return scorer.calling(call, weights)


def _overwritten(
    scorer: Scorer, trained: Weights, noise: WeightNoise, draws: Draws
) -> Generator[Scorer, None, None]:
    """For models whose weights cannot be replaced: written over, and back at the end."""
    originals = {name: weight.clone() for name, weight in trained.items()}
    try:
        for _ in range(noise.n):
            _write(trained, noisy(originals, noise, draws))
            yield scorer
    finally:
        _write(trained, originals)


def _write(weights: Weights, values: Weights) -> None:
    for name, weight in weights.items():
        weight.copy_(values[name])


def _replaceable(scorer: Scorer, inputs: Tensor, trained: Weights) -> bool:
    """Whether a forward pass really uses weights that replace the model's own.

    TorchScript refuses them; a model that keeps references of its own (Keras) ignores them in
    silence. So NaN goes in, and has to come out.
    """
    import torch

    from xai_core.attribution.passes.rectifiers import hidden
    from xai_core.targets import main_output

    if hidden(scorer.module):
        return False
    broken = {name: torch.full_like(weight, torch.nan) for name, weight in trained.items()}
    with torch.no_grad():
        output = _with_weights(scorer, broken).call(inputs.clone())
    return not bool(main_output(output)[1].isfinite().all())
