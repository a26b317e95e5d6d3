"""In which order the noise methods draw their samples."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from xai_core.attribution.noise.parameters import InputNoise, WeightNoise


@dataclass(frozen=True)
class Sampling:
    """`steps` times `inputs.m` samples; each step has a draw of the weights, or the model itself.

    Attributes:
        steps: upper limit. left_out: draws of the input that are passed over after each step.
    """

    weights: WeightNoise | None
    inputs: InputNoise
    steps: int
    left_out: int = 0

    @staticmethod
    def plain(weights: WeightNoise | None, inputs: InputNoise) -> Sampling:
        """As the formula says: all m inputs for every draw of the weights."""
        return Sampling(weights, inputs, weights.n if weights else 1)

    @staticmethod
    def spread_out(weights: WeightNoise | None, inputs: InputNoise) -> Sampling:
        """At most as many samples for the smallest error: √m inputs a draw, and more draws.

        The variance of a map over n draws with m inputs each is σ_W²/n + σ_X²/(nm), as in
        sampling by two stages (Cochran 1977, ch. 10). So more draws of the weights are better for
        the same number of samples, and fewer cost less: one takes about as long as a sample. On
        the demo model σ_X² is 5 to 9 σ_W² at the reference's defaults, and the cheapest m about 3.
        The first n draws and their first √m inputs are those of `plain`. Without noise on the
        weights the order is that of `plain`, and a step is how often to look.
        """
        few = math.ceil(math.sqrt(inputs.m))
        fewer = replace(inputs, m=few)
        if weights is None:
            return Sampling(None, fewer, inputs.m // few)
        steps = weights.n * inputs.m // few
        return Sampling(replace(weights, n=steps), fewer, steps, inputs.m - few)
