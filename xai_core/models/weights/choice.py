"""Which candidate the tensors of a file fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.base.errors import ModelError
from xai_core.models.weights.builder import Builder
from xai_core.models.weights.state_dicts import Fit, StateDict, best_fit, shapes_of

if TYPE_CHECKING:
    from torch import nn

NEAREST = 4  # candidates that a message shows


def choose(states: list[StateDict], candidates: list[Builder]) -> tuple[Builder, nn.Module, Fit]:
    """The first candidate that a state dict fits exactly, its network, and how it fits.

    Raises:
        ModelError: `missing-architecture`, with the nearest, how many of their tensors match,
            and the first ones that are missing and unexpected; or a candidate's `refusal`.
    """
    tried: list[tuple[Builder, Fit]] = []
    for builder in candidates:
        if builder.refusal is not None:
            continue
        offered = states if builder.state is None else [builder.state]
        network = builder.build() if builder.wanted is None else None
        fit = best_fit(offered, shapes_of(network) if network is not None else builder.wanted or {})
        if fit is not None and fit.exact:
            return builder, builder.build() if network is None else network, fit
        if fit is not None:
            tried.append((builder, fit))
    for builder in candidates:
        if builder.refusal is not None:
            raise builder.refusal
    raise _no_fit(sorted(tried, key=lambda pair: -pair[1].score))


def _no_fit(tried: list[tuple[Builder, Fit]]) -> ModelError:
    hint = "Name the architecture, or give a Python file with a function build() and trust it."
    if not tried:
        return ModelError(
            "The file holds weights, and no architecture is known.",
            hint,
            code="missing-architecture",
        )
    builder, fit = tried[0]
    details = [f"its first missing tensor is {fit.missing[0]}"] if fit.missing else []
    details += [f"the file's first unexpected one is {fit.unexpected[0]}"] if fit.unexpected else []
    details += [fit.mismatched[0]] if fit.mismatched else []
    others = [f"{b.title} ({f.matching} of {f.wanted})" for b, f in tried[1:NEAREST] if f.matching]
    next_ones = f" Next come {', '.join(others)}." if others else ""
    return ModelError(
        "The file holds weights without a model, and they fit no architecture known here. "
        f"The nearest is {builder.title}: {fit.matching} of its {fit.wanted} tensors match; "
        f"{', '.join(details)}.{next_ones}",
        hint,
        code="missing-architecture",
        nearest=builder.title,
        matching=fit.matching,
        missing=list(fit.missing[:5]),
        unexpected=list(fit.unexpected[:5]),
        candidates={b.title: [f.matching, f.wanted] for b, f in tried[:NEAREST]},
    )
