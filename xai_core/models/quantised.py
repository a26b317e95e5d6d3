"""Models in int8: named for what they are. They predict, and have no gradient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding

if TYPE_CHECKING:
    from torch import nn

LAYERS = (
    "torch.ao.nn.quantized",
    "torch.ao.nn.intrinsic.quantized",
    "torch.nn.quantized",
    "torch.nn.intrinsic.quantized",
)
CODE = b"ops.quantized."
PACKED = "_packed_params"
HINT = (
    "For gradients open the model as it was before it was quantised. Occlusion runs, and other "
    "methods that only predict."
)


def quantised_note(names: Iterable[str]) -> str:
    """A sentence for a file that would import such layers; empty for another."""
    found = any(name.startswith(LAYERS) for name in names)
    return " It is quantised to int8: it predicts and has no gradients." if found else ""


def quantised_module(module: nn.Module) -> tuple[Finding, ...]:
    """Which layers of a module compute in int8; empty where none does."""
    held = [one for one in module.modules() if type(one).__module__.startswith(LAYERS)]
    static = any(".dynamic" not in type(one).__module__ for one in _computing(held))
    return (_finding("static" if static else "dynamic", len(held)),) if held else ()


def quantised_script(code: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """The same of the source in a TorchScript archive."""
    text = b"\n".join(code.values())
    if CODE not in text:
        return ()
    return (
        _finding("dynamic" if b"_dynamic" in text and b"quantize_per" not in text else "static"),
    )


def refuse_quantised(states: Iterable[Mapping[str, Any]]) -> None:
    """Nothing, if none of the state dicts is of a quantised model.

    Raises:
        ModelError: `quantised-model`: no network of floating-point numbers has such tensors.
    """
    for tensors in states:
        odd = [n for n, t in tensors.items() if t.is_quantized or PACKED in n]
        if odd:
            raise ModelError(
                "The file holds weights that are quantised to int8 for prediction, without the "
                f"model that uses them; the first is {odd[0]}.",
                "Open the floating-point weights; or, for occlusion, the quantised model as "
                "TorchScript (`torch.jit.trace(model, example).save(path)`).",
                code="quantised-model",
            )


@contextmanager
def restorable(names: Iterable[str]) -> Iterator[None]:
    """Inside, quantised convolutions can be unpickled: torch 2.13 does not set them up before."""
    if not any(name.startswith(LAYERS) for name in names):
        yield
        return
    from torch import nn
    from torch.ao.nn.quantized.modules import conv

    kind: Any = conv._ConvNd
    own = kind.__setstate__

    def restored(self: Any, state: Any) -> None:
        if "_modules" not in vars(self):
            nn.Module.__init__(self)
        own(self, state)

    kind.__setstate__ = restored
    try:
        yield
    finally:
        kind.__setstate__ = own


def _computing(held: Iterable[Any]) -> list[Any]:
    return [one for one in held if "PackedParams" not in type(one).__name__]


def _finding(way: str, layers: int = 0) -> Finding:
    count = f" ({layers} of its layers)" if layers else ""
    return Finding(
        "quantised-model",
        "warning",
        f"The model is quantised to int8, {way}{count}: it predicts, and no gradient passes.",
        HINT,
    )
