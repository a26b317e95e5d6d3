"""A forward pass of a batch whose samples are one picture but for a rectangle each.

As far as a model looks at neighbouring places only, its layers are run on the rectangle that
differs, and on what lies around it; from the first call on that needs more, on everything. What
they would give elsewhere is known from the picture itself, which is run once.

The model sees stand-ins: tensors of the right shape that hold NaN and take no memory. A call that
gets past the watch (TorchScript makes its calls out of sight) makes NaN of the result, so it is
noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from xai_core.attribution.passes.calls import Calls, call_name
from xai_core.attribution.passes.followed import Followed, asks_for_shape, tensors_in
from xai_core.attribution.passes.layer_outputs import LAYERS
from xai_core.attribution.passes.rectified import euclidean
from xai_core.attribution.patches.patched import Patched
from xai_core.attribution.patches.patched_call import PatchedCall
from xai_core.attribution.patches.rules import RULES

Call = Callable[..., Any]
SHARE = 0.2  # of the layers: with fewer in part a pass gains nothing
COUNTED = (*LAYERS, "convolution_pointwise")
MADE_ANEW = ("new_zeros", "new_ones", "new_empty", "new_full", "new_tensor")


class PatchedPass:
    """Such passes of one model at one picture: what its layers give for the picture is kept."""

    def __init__(self) -> None:
        self._bases: list[tuple[object, Sequence[Tensor], Tensor]] = []
        self._count = 0
        self._layers, self._in_part = 0, 0
        self._followed = Followed[Patched]()

    @property
    def spares(self) -> bool:
        """Whether the last pass ran enough of its layers in part."""
        return self._in_part > SHARE * self._layers

    def run(self, call: Callable[[Tensor], Tensor], inputs: Patched) -> Tensor:
        """`call(inputs)`; NaN where the model hides what it does."""
        self._count, self._layers, self._in_part = 0, 0, 0
        with Calls(self._handle):
            output = call(self._stand_in(inputs))
            return output.clone()  # of a stand-in, its values

    def _handle(self, function: Call, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        patched = tuple(self._followed.among((args, kwargs)))
        name = call_name(function)
        self._layers += name in COUNTED
        if not patched or name in MADE_ANEW:
            return function(*args, **kwargs)
        call = PatchedCall(function, args, kwargs, patched, self._followed.of, self._once)
        if name == "is_contiguous":
            return call.with_(lambda one: one.values)
        if function is euclidean:
            return sum(one.norm for one in patched)
        if asks_for_shape(function, None if name != "get" else function(*args, **kwargs)):
            return function(*args, **kwargs)
        plain = any(one.whole for one in patched) or "out" in kwargs
        found = None if plain or name not in RULES else RULES[name](call)
        if found is None:
            for one in patched:
                one.fill()
            return call.with_(lambda one: one.values)
        self._in_part += name in COUNTED
        own = (one for one in tensors_in((args, kwargs)) if self._followed.of(one) is found)
        return next(own, None) if found in patched else self._stand_in(found)

    def _stand_in(self, patched: Patched) -> Tensor:
        size = (len(patched.values), *patched.base.shape[1:])
        found = patched.base.new_full((), torch.nan).expand(size)
        self._followed.add(found, patched)
        return found

    def _once(self, key: object, sources: Sequence[Tensor], make: Callable[[], Tensor]) -> Tensor:
        at, self._count = self._count, self._count + 1
        made_of = (key, *map(id, sources))  # they live as long as this pass: it holds them
        if at < len(self._bases):
            known, _, base = self._bases[at]
            if known == made_of:
                return base
            del self._bases[at:]  # the model takes another way
        base = make()
        self._bases.append((made_of, sources, base))
        return base
