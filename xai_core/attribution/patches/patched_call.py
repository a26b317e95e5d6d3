"""A torch call that patched tensors go into."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from xai_core.attribution.passes.followed import replaced, tensors_in
from xai_core.attribution.patches.patched import Patched

Swap = Callable[[Patched], Any]


@dataclass(frozen=True)
class PatchedCall:
    """A call that some patched tensors go into.

    Attributes:
        patched: these, in the order of its arguments. of: the arguments that they stand in.
        once: makes a base at the first pass, and remembers it: `(key, what it is made of, maker)`.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    patched: tuple[Patched, ...]
    of: Callable[[Any], Patched | None]
    once: Callable[[object, Sequence[Tensor], Callable[[], Tensor]], Tensor]

    def swapped(self, swap: Swap) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments, with something else in the place of those tensors."""

        def put(tensor: Tensor) -> Any:
            one = self.of(tensor)
            return tensor if one is None else swap(one)

        return replaced(tuple(self.args), put), replaced(dict(self.kwargs), put)

    def with_(self, swap: Swap) -> Any:
        """The call on those arguments."""
        args, kwargs = self.swapped(swap)
        return self.function(*args, **kwargs)

    @property
    def alone(self) -> bool:
        """Whether one patched tensor goes in, and no other tensor."""
        return len(tensors_in((self.args, self.kwargs))) == 1

    @property
    def in_place(self) -> bool:
        """Whether it writes over its first argument, by its name."""
        name = self.function.__name__
        return name.startswith("__i") or (name.endswith("_") and not name.endswith("__"))

    def base(self, make: Callable[[], Tensor], role: str = "output") -> Tensor:
        """What `make` gives for the bases, in this place of the pass."""
        return self.once((self.function, role), [one.base for one in self.patched], make)

    def base_output(self) -> Tensor:
        """What the call gives for the bases, which it leaves as they are."""
        return self.base(lambda: self.with_(lambda patched: patched.base.clone()))


Rule = Callable[[PatchedCall], Patched | None]
"""What the call gives; None where its rectangle is not known."""
