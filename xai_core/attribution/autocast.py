"""Passes in fewer bits where a GPU is faster at them, and what that does to the map.

`torch.autocast` runs convolutions and matrix products in bfloat16. Weights and inputs stay float32,
the score is taken of a float32 output, and the gradient comes out as float32. bfloat16 and not
float16, although that has 11 bits of precision for 8: it has float32's range, so that no small
slope vanishes and no large one overflows, and no scale of the score has to be found.

The effect is measured: the first gradients of a map are taken both ways, at the cost of one batch.
Rounding differs from sample to sample, so that the mean of all is mostly closer than the first are:
on the demo model, on a CPU, SmoothGrad has cosine 0.994 with float32's after 8 samples and 0.999
after 50.

Batch norms and padding fold as without it, because folds are looked for in float32.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xai_core.attribution.meter import Meter
from xai_core.attribution.methods.base import METHODS, Method
from xai_core.attribution.result import Attribution
from xai_core.attribution.scorer import Scorer
from xai_core.base.errors import InputError
from xai_core.base.pace import MANY, Pace

if TYPE_CHECKING:
    from torch import Tensor

OFFERED = ("cuda",)  # device types on which it may be chosen
COSINE, DIFFERENCE = "autocast_cosine", "autocast_difference"
FACTS = (COSINE, DIFFERENCE)
UNTOLD = "autocast (bfloat16), its effect could not be told"


class AutocastScorer(Scorer):
    """The score by passes in bfloat16. All that `calling` makes of it share one measured effect."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._effects: list[Mapping[str, float]] = []

    @property
    def facts(self) -> Mapping[str, float]:
        """The effect on the first batch; nothing before it, and where its gradients are zero."""
        return self._effects[0] if self._effects else {}

    def gradient(self, inputs: Tensor) -> Tensor:
        """As `Scorer`; of the first batch float32's is taken, too."""
        gradient = super().gradient(inputs)
        if not self._effects:
            self._effects.append(effect(gradient, self._in_float32().gradient(inputs)))
        return gradient

    def _output(self, inputs: Tensor) -> Any:
        import torch

        from xai_core.attribution.passes.followed import replaced

        with torch.autocast(inputs.device.type, torch.bfloat16):
            output = super()._output(inputs)
        return replaced(output, _single)

    def _in_float32(self) -> Scorer:
        """The same score at the same weights; its samples are not counted."""
        pace = replace(self._pace, autocast=False)
        given = (self.call, self._folding, self._weights, pace)
        return Scorer(self.module, self.score, Meter(0, None), *given)


def _single(tensor: Tensor) -> Tensor:
    """In float32, with its mark."""
    import torch

    from xai_core.targets.marks import mark, mark_of

    if tensor.dtype != torch.bfloat16:
        return tensor
    found = tensor.float()
    mark(found, mark_of(tensor))
    return found


def effect(found: Tensor, expected: Tensor) -> dict[str, float]:
    """How far gradients `[B, C, H, W]` are from float32's; nothing where one of them is zero.

    Both become a map as a noise method and the default recipe make it: their size, its mean over
    the batch, channels added up. Of the maps a and b it is a·b / (‖a‖‖b‖) and ‖a − b‖ / ‖b‖.
    """
    a, b = (one.double().abs().mean(0).sum(0).flatten() for one in (found, expected))
    size, expected_size = float(a.norm()), float(b.norm())
    if not size or not expected_size:
        return {}
    cosine = float(a @ b) / (size * expected_size)
    return {COSINE: min(1.0, cosine), DIFFERENCE: float((a - b).norm()) / expected_size}


def told(one: Attribution) -> str:
    """What autocast did to a map, in a sentence for a person; empty without it."""
    if not one.pace.autocast:
        return ""
    cosines, differences = (_numbers(one.chosen.get(name)) for name in FACTS)
    if not cosines or not differences:
        return UNTOLD
    return (
        f"autocast (bfloat16): on the first samples cosine {_low(cosines)} with the map in "
        f"float32 (1 is the same), off by {100 * max(differences):.1f} % of its size"
    )


def brief(one: Attribution) -> str:
    """The same in a few words."""
    cosines = _numbers(one.chosen.get(COSINE))
    if not one.pace.autocast:
        return ""
    return f"autocast, cosine {_low(cosines)}" if cosines else "autocast, effect unknown"


def _low(cosines: list[float]) -> str:
    """The worst of the pictures', rounded down: 0.99999 is not the same."""
    return f"{math.floor(1e4 * min(cosines)) / 1e4:.4f}"


def _numbers(found: Any) -> list[float]:
    several = found if isinstance(found, list) else [found]
    return [one for one in several if type(one) is float and math.isfinite(one)]


def offered_on(device: str) -> bool:
    """Whether a model on a device of this type (`cuda`, `cpu`) may be run under autocast."""
    return device in OFFERED


def suited(pace: Pace, method: str, samples: int, given: Mapping[str, Any]) -> Pace:
    """What a method that takes so many samples with the parameters given is run with."""
    gradients = _measured(METHODS[method], given.get("of"))
    return pace.suited_to(samples, gradients=gradients)


def _measured(method: Method, of: Any) -> bool:
    """Whether a map is of gradients whose effect is measured: no relevance, no other's maps."""
    return method.needs_gradient and method.family != "relevance" and not of


def check(pace: Pace, method: Method, settings: Any, samples: int, device: str) -> None:
    """Raise `InputError` where a pace asks for autocast that is not offered."""
    if not pace.autocast:
        return
    hint = "Leave `autocast` out of the pace, or compute the map anew without it."
    if not offered_on(device):
        raise InputError(
            f"Autocast is offered on {' and '.join(OFFERED)}; this model runs on {device}.", hint
        )
    if not method.needs_gradient:
        raise InputError(f"Autocast is for gradients; {method.title} compares scores.", hint)
    of = getattr(settings, "of", "")
    if not _measured(method, of):
        what = f"{method.title} of {of!r}" if of else method.title
        raise InputError(f"Autocast is for gradients; its effect on {what} is not measured.", hint)
    if samples < MANY:
        raise InputError(
            f"Autocast is for methods that take at least {MANY} samples; {method.title} takes "
            f"{samples} as asked.",
            hint,
        )
