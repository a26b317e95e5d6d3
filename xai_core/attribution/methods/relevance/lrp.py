"""LRP: layer-wise relevance propagation, by zennit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.hiding.baselines import span_of
from xai_core.attribution.methods.base import METHODS, SHARE, Method, RawMap, Task
from xai_core.attribution.noise import weights
from xai_core.attribution.relevance.conservation import ARRIVED, GIVEN, KEPT, WITHIN
from xai_core.attribution.relevance.propagation import looked, propagated, why_not
from xai_core.attribution.relevance.rules import COMPOSITES
from xai_core.base.parameters import parameter

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True)
class LrpParameters:
    """Of LRP."""

    composite: Literal["epsilon-plus", "alpha-beta", "epsilon-gamma-box"] = parameter(
        "epsilon-plus",
        "Rules for convolutions: positive parts only (z⁺); α2-β1, which also shows what speaks "
        "against; or γ with a first layer bounded by the range of inputs. Linear layers have ε.",
        choices=COMPOSITES,
    )
    bias: bool = parameter(
        False, "Biases keep their share of the relevance, which the picture then lacks."
    )
    conserved_within: float = parameter(
        WITHIN,
        "How far the sum of relevance may be from the score, as a part of it, for the map to be "
        "ranked.",
        minimum=0.0,
        maximum=1000.0,
        step=0.05,
    )


@METHODS.register
class Lrp(Method):
    """Relevance Σⱼ (aᵢ wᵢⱼ / Σᵢ aᵢ wᵢⱼ) Rⱼ from the score back to the pixels, `[1, C, H, W]`.

    Bach et al. 2015, doi 10.1371/journal.pone.0130140; composites as in Montavon et al. 2019, by
    zennit (Anders et al. 2021, arXiv 2106.13200). The canonizer follows from the pass and not
    from the network's name: a batch norm is merged with the layer whose output it gets, sums of
    branches share relevance out, gates pass it on (`relevance/shares.py`). Departure: relevance of
    biases is shared out among the inputs of a layer, too, unless `bias`; zennit lets it go. What
    a layer gives through its bias alone has no input to go to, and is told as such. γ then goes by
    the sign of what the inputs give, where zennit's goes by that of the output with its bias.
    """

    name = "lrp"
    title = "LRP"
    order = 71
    signed = True
    reads_weights = True
    unit = SHARE
    summary = "The score, handed back layer by layer to the pixels that it came from."
    citation = "Bach et al., 2015, doi 10.1371/journal.pone.0130140"
    Parameters = LrpParameters

    def first_pass(self, module: nn.Module, picture: Tensor) -> tuple[Any, Any]:
        from xai_core.attribution.forward import run
        from xai_core.attribution.passes.lineage import observed

        seen = looked(observed(partial(run, module)), module, picture)
        return seen.output, seen

    def attribute(self, task: Task) -> RawMap:
        asked = task.parameters
        how = {"bias": asked.bias, "seen": task.seen}
        found = propagated(task.scorer, task.inputs, asked.composite, span_of(task), **how)
        arrived = float(found.values.double().sum())
        told: dict[str, Any] = {ARRIVED: arrived, GIVEN: found.start, KEPT: found.kept}
        told["canonizer"] = found.canonizer
        if asked.composite == "epsilon-gamma-box":
            told["box"] = "the declared input range" if task.span else "the picture's own range"
        return RawMap(found.values, chosen=told)

    def samples(self, parameters: LrpParameters, shape: tuple[int, int, int]) -> int:
        return 1

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        return (
            super().unavailable_because(capabilities)
            or why_not(capabilities)
            or weights.why_not(capabilities)
        )
