"""The rectifiers of a forward pass, wherever they are called, and other gradients for them.

A rectifier is zero for negative inputs and the identity above: ReLU, ReLU6, and `hardtanh`,
`threshold`, `clamp` or `maximum` with zero as the floor. Layers, functions, in-place calls,
layers used twice and exported graphs all pass through the same torch calls, so watching those
calls finds what hooks on layers miss. TorchScript makes its calls out of sight.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from xai_core.attribution.capabilities import Capabilities
from xai_core.base.errors import MethodError

if TYPE_CHECKING:
    from torch import Tensor, nn

Args = tuple[Any, ...]
Kwargs = Mapping[str, Any]
Floor = Callable[[Args, Kwargs], Any]


def _argument(position: int, *names: str, default: Any = None) -> Floor:
    def read(args: Args, kwargs: Kwargs) -> Any:
        for name in names:
            if name in kwargs:
                return kwargs[name]
        return args[position] if len(args) > position else default

    return read


def _threshold(args: Args, kwargs: Kwargs) -> Any:
    ends = [_argument(1, "threshold")(args, kwargs), _argument(2, "value")(args, kwargs)]
    return 0 if ends == [0, 0] else None


def _smaller_operand(args: Args, kwargs: Kwargs) -> Any:
    operands = (_argument(0, "input")(args, kwargs), _argument(1, "other")(args, kwargs))
    numbers = (int, float)  # `max(x, 0)` is a maximum along an axis
    return next((0 for o in operands if _is_zero(o) and not isinstance(o, numbers)), None)


FLOORS: dict[str, Floor] = {
    "relu": lambda args, kwargs: 0,
    "relu6": lambda args, kwargs: 0,
    "hardtanh": _argument(1, "min_val", default=-1.0),
    "threshold": _threshold,
    "clamp": _argument(1, "min"),
    "clip": _argument(1, "min"),
    "clamp_min": _argument(1, "min"),
    "maximum": _smaller_operand,
    "fmax": _smaller_operand,
    "max": _smaller_operand,
}
"""Where each call that may rectify keeps its floor, by the name of the call."""


class RectifierCount:
    """Counts the rectifiers that run inside the `with` block.

    Attributes:
        calls: how often each ran, by the name of the call (`relu`, `hardtanh`).
    """

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self._stack = ExitStack()

    @property
    def count(self) -> int:
        """How many rectifier calls ran."""
        return self.calls.total()

    def __enter__(self) -> RectifierCount:
        from xai_core.attribution.passes.calls import Calls

        self._stack.enter_context(Calls(self._handle))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _handle(self, function: Callable[..., Any], args: Args, kwargs: Kwargs) -> Any:
        from xai_core.attribution.passes.calls import call_name

        name = call_name(function)
        if name in FLOORS and _floats(args, kwargs) and _is_zero(FLOORS[name](args, kwargs)):
            self.calls[name] += 1
            return self._rectify(function, args, kwargs)
        return function(*args, **kwargs)

    def _rectify(self, function: Callable[..., Any], args: Args, kwargs: Kwargs) -> Any:
        return function(*args, **kwargs)


class GuidedRectifiers(RectifierCount):
    """Rectifiers pass on the positive part of the gradient, where their input was positive.

    Attributes:
        active: whether they do so just now; else the gradient passes as it is.
    """

    def __init__(self, *, active: bool = True) -> None:
        super().__init__()
        self.active = active

    def _rectify(self, function: Callable[..., Any], args: Args, kwargs: Kwargs) -> Any:
        from xai_core.attribution.passes.calls import on_copy, written_over

        over = written_over(function, args, kwargs)
        apart = over is not None and over._is_view()  # whoever reads the whole passes the part by
        result = (on_copy(function) if apart else function)(*args, **kwargs)
        if result.requires_grad:
            result.register_hook(self._positive)
        return over.copy_(result) if apart else result

    def _positive(self, gradient: Tensor) -> Tensor:
        return gradient.clamp_min(0) if self.active else gradient


class DeconvRectifiers(RectifierCount):
    """Rectifiers pass on the positive part of the gradient, whatever their input was."""

    def _rectify(self, function: Callable[..., Any], args: Args, kwargs: Kwargs) -> Any:
        from xai_core.attribution.passes.positive import PositiveGradient

        flat: dict[Any, Any] = {**dict(enumerate(args)), **kwargs}
        slot = next((key for key, value in flat.items() if _differentiable(value)), None)
        if slot is None:
            return function(*args, **kwargs)

        def call(x: Tensor) -> Any:
            given = {**flat, slot: x}
            positional = [given.pop(index) for index in range(len(args))]
            return function(*positional, **given)

        return PositiveGradient.apply(flat[slot], call)  # type: ignore[no-untyped-call]


def gradient_through(rectifiers: RectifierCount, scorer: Any, inputs: Tensor) -> Tensor:
    """The input gradient with the rectifiers' own rule.

    Raises:
        MethodError: no rectifier ran (`no-rectifier`), or they are out of sight (`layers-hidden`).
    """
    if hidden(scorer.module):
        raise MethodError(
            "The rectifiers of a TorchScript model are out of sight, so their gradient "
            "cannot be changed.",
            "Load the original PyTorch model, or choose a method that needs only the gradient.",
            code="layers-hidden",
        )
    clean = scorer.clean(inputs) if isinstance(rectifiers, GuidedRectifiers) else None
    if clean is not None:
        count, gradient = clean.rectified, scorer.slope(clean.gradient(guided=True))
    else:
        with rectifiers:
            gradient = scorer.gradient(inputs)
        count = rectifiers.count
    if not count:
        raise MethodError(NONE, "Choose another gradient method.", code="no-rectifier")
    found: Tensor = gradient
    return found


NONE = (
    "No rectifier (ReLU, ReLU6, …) ran in this model, and the method is defined by what happens "
    "there: on a network of smooth activations (GELU, SiLU) it would be the plain gradient."
)


def why_not(capabilities: Capabilities) -> str | None:
    """The reason why a model offers no rectifiers to a method; None where it does."""
    if capabilities.rectifiers:
        return None
    if not capabilities.layers:
        return "Its layers are out of sight (TorchScript), so rectifiers cannot be changed."
    return NONE


def hidden(module: nn.Module) -> bool:
    """Whether some part of the model is TorchScript."""
    import torch

    return any(isinstance(child, torch.jit.ScriptModule) for child in module.modules())


def _floats(args: Args, kwargs: Kwargs) -> bool:
    import torch

    return any(
        isinstance(value, torch.Tensor) and value.is_floating_point()
        for value in (*args, *kwargs.values())
    )


def _differentiable(value: Any) -> bool:
    import torch

    return isinstance(value, torch.Tensor) and value.requires_grad


def _is_zero(value: Any) -> bool:
    import torch

    if isinstance(value, torch.Tensor):
        return value.numel() > 0 and not value.requires_grad and not bool(value.any())
    return isinstance(value, int | float) and value == 0
