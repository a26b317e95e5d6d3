"""What goes into the softmax or sigmoid at the end of a forward pass.

Every torch call is seen (`Calls`), from layers and functions alike. The result of an activation is
followed through calls that only arrange it. Where it is an entry of the output, a mark on that
entry says which activation it was, and what went into it, arranged alike (`targets.marks`). Calls
inside TorchScript or another runtime stay hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor

from xai_core.attribution.passes.calls import Calls, call_name, written_over
from xai_core.attribution.passes.followed import Followed
from xai_core.targets.marks import Mark, mark
from xai_core.targets.nested import entries

Call = Callable[..., Any]
KINDS = {
    "softmax": "softmax",
    "special_softmax": "softmax",
    "log_softmax": "log-softmax",
    "special_log_softmax": "log-softmax",
    "sigmoid": "sigmoid",
    "special_expit": "sigmoid",
}
ARRANGING = frozenset(
    {
        *(
            "view",
            "reshape",
            "flatten",
            "unflatten",
            "squeeze",
            "unsqueeze",
            "permute",
            "transpose",
        ),
        *("movedim", "moveaxis", "swapaxes", "getitem", "select", "narrow", "slice", "clone"),
        *("contiguous", "to", "to_copy", "float", "double", "type", "type_as", "cpu", "cuda"),
        *("alias", "view_as", "reshape_as", "unsafe_view", "expand", "t"),
    }
)
KEEPING = frozenset({"clamp", "clip", "clamp_min", "clamp_max", "identity"})
READING = frozenset(
    {
        *("matmul", "bmm", "baddbmm", "einsum", "mul", "dropout", "linear", "addmm"),
        *("conv1d", "conv2d", "conv3d"),
    }
)
"""Who reads an attention or a gate: it is no end then, and need not be kept."""


@dataclass(frozen=True)
class Activated:
    """kind: of the activation. before: what went in. arranged: calls since then."""

    kind: str
    before: Tensor
    arranged: tuple[Callable[[Tensor], Tensor], ...] = ()

    @property
    def laid_out(self) -> Tensor:
        """What went in, arranged as what came out is now."""
        found = self.before
        for call in self.arranged:
            found = call(found)
        return found


class FinalActivation:
    """One pass."""

    def __init__(self) -> None:
        self._followed = Followed[Activated]()

    def handle(self, function: Call, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Make the call; see `Calls`."""
        name = call_name(function)
        if name in KINDS:
            return self._activated(KINDS[name], function, args, kwargs)
        result = function(*args, **kwargs)
        if name in READING:
            for one in (*args, *kwargs.values()):
                self._followed.forget(one)
        elif isinstance(result, Tensor) and (known := self._followed.of(_first(args, kwargs))):
            self._passed_on(name, known, result, (function, args, kwargs))
        return result

    def of(self, tensor: Tensor) -> Activated | None:
        """The activation that a tensor comes from."""
        return self._followed.of(tensor)

    def _activated(self, kind: str, function: Call, args: Any, kwargs: Any) -> Any:
        source = _first(args, kwargs)
        if not isinstance(source, Tensor):
            return function(*args, **kwargs)
        own = written_over(function, args, kwargs) is source
        kept = source.clone() if own else source
        result = function(*args, **kwargs)
        if isinstance(result, Tensor):
            self._followed.add(result, Activated(kind, kept))
        return result

    def _passed_on(self, name: str, known: Activated, result: Tensor, call: Any) -> None:
        function, args, kwargs = call
        if name in ARRANGING:

            def again(tensor: Tensor) -> Tensor:
                if args:
                    found: Tensor = function(tensor, *args[1:], **kwargs)
                else:
                    first = next(iter(kwargs))
                    found = function(**{**kwargs, first: tensor})
                return found

            self._followed.add(result, replace(known, arranged=(*known.arranged, again)))
        elif name in KEEPING:
            self._followed.add(result, known)
        elif name == "log" and known.kind == "softmax":
            self._followed.add(result, replace(known, kind="log-softmax"))


def marked(call: Call) -> Call:
    """`call`, the entries of whose output say what went into their activation."""

    def watched(*inputs: Any) -> Any:
        seen = FinalActivation()
        with Calls(seen.handle):
            output = call(*inputs)
        for _, tensor in entries(output):
            if found := seen.of(tensor):
                mark(tensor, Mark(found.kind, found.laid_out))
        return output

    return watched


def shown(call: Call, before: str) -> Call:
    """`call`, marked where the score lies before an activation; else as it is, at no cost."""
    return marked(call) if before else call


def _first(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    return args[0] if args else next(iter(kwargs.values()), None)
