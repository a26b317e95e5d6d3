"""The in-place change that spoils a backward pass: torch names the operation that was spoilt."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from xai_core.attribution.passes.calls import Calls
from xai_core.base.errors import XaiError
from xai_core.readiness.setting.score import Score, gradient
from xai_core.readiness.tracing import places
from xai_core.readiness.tracing.contexts import named_layers
from xai_core.readiness.tracing.cuts import tensors
from xai_core.readiness.tracing.places import Place

OF_A_VIEW = (
    "{} is a view of another tensor, which changes with it: copy that one (h = h.clone()) before "
    "the view is taken."
)
GENERAL = "Write it out of place, on a new tensor: h = h + … in the place of h += …."


@dataclass(frozen=True)
class Change:
    """One call that changed a tensor in place.

    Attributes:
        step: number of the call. tensor: what it changed. layer: the innermost one that ran.
    """

    step: int
    tensor: Tensor
    place: Place | None
    layer: str

    @property
    def memory(self) -> int:
        """Which tensors share it."""
        return self.tensor.untyped_storage().data_ptr()

    @property
    def hint(self) -> str:
        """The line as it does no harm."""
        text = self.place.text if self.place is not None else ""
        if self.layer and "inplace" not in text and not _changes(text):
            return (
                f"Make the layer {self.layer} without inplace=True "
                f"(model.{self.layer}.inplace = False)."
            )
        return remedy(text, view=self.tensor._is_view())


def spoiling_change(module: nn.Module, score: Score, inputs: Tensor) -> Change | None:
    """The first in-place change of a tensor that the backward pass turns out to need."""
    watch = _Watch(module)
    with suppress(RuntimeError, XaiError), watch.running():
        gradient(module, score, inputs)
    return watch.spoilt


class _Watch:
    """Notes what calls change in place, and what operations keep for their backward pass."""

    def __init__(self, module: nn.Module) -> None:
        self.changes: list[Change] = []
        self.spoilt: Change | None = None
        self._module, self._step = module, 0
        self._layers: list[str] = []

    def running(self) -> Any:
        """While this is open, a forward and backward pass is watched."""
        from contextlib import ExitStack

        stack = ExitStack()
        stack.enter_context(named_layers(self._module, self._layers))
        hooks = torch.autograd.graph.saved_tensors_hooks(self._kept, self._needed)
        stack.enter_context(hooks)
        stack.enter_context(Calls(self._call))
        return stack

    def _call(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Any:
        self._step += 1
        step = self._step
        before = [(one, _version(one)) for one in (*tensors(args), *tensors(kwargs))]
        result = function(*args, **kwargs)
        for one, version in before:
            if _version(one) != version:
                layer = self._layers[-1] if self._layers else ""
                self.changes.append(Change(step, one, places.caller(), layer))
        return result

    def _kept(self, tensor: Tensor) -> tuple[Tensor, int]:
        return tensor, self._step

    def _needed(self, kept: tuple[Tensor, int]) -> Tensor:
        tensor, step = kept
        if self.spoilt is None:
            memory = tensor.untyped_storage().data_ptr()
            later = (one for one in self.changes if one.step > step and one.memory == memory)
            self.spoilt = next(later, None)
        return tensor


def _version(tensor: Tensor) -> int:
    return 0 if tensor.is_inference() else tensor._version


def remedy(line: str, *, view: bool = False) -> str:
    """What to write in the place of a line that changes a tensor in place.

    Args:
        view: what it changes is a view, so that another tensor has to change with it.
    """
    try:
        (statement,) = ast.parse(line).body
    except (SyntaxError, ValueError):
        return GENERAL
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name) and not view:
        value = ast.BinOp(statement.target, statement.op, statement.value)
        return f"Write `{statement.target.id} = {_told(value)}`."
    calls = list(_calls(statement))
    if calls and not view:
        return f"Write `{_without(statement, calls[0])}`."
    base, whole = _base(statement)
    if base is None:
        return GENERAL
    if view and whole:
        return OF_A_VIEW.format(base)
    return f"Change a copy: put `{base} = {base}.clone()` on the line before."


def _changes(line: str) -> bool:
    with suppress(SyntaxError, ValueError):
        for statement in ast.parse(line).body:
            stored = isinstance(statement, ast.AugAssign) or (
                isinstance(statement, ast.Assign)
                and any(isinstance(one, ast.Subscript) for one in statement.targets)
            )
            return stored or any(_calls(statement))
    return False


def _calls(statement: ast.stmt) -> Iterator[ast.Call]:
    """`h.add_(1)`, `torch.relu_(h)`, `F.relu(h, inplace=True)`, on a tensor with a name."""
    for node in ast.walk(statement):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name = node.func.attr
        method = name.endswith("_") and not name.endswith("__")
        if method or any(one.arg == "inplace" for one in node.keywords):
            yield node


def _without(statement: ast.stmt, call: ast.Call) -> str:
    named: Any = call.func
    function = named.value
    free = isinstance(function, ast.Name) and function.id in ("F", "torch", "functional")
    owner = call.args[0] if free and call.args else function
    named.attr = named.attr.removesuffix("_")
    call.keywords = [one for one in call.keywords if one.arg != "inplace"]
    alone = isinstance(statement, ast.Expr) and statement.value is call
    return f"{_told(owner)} = {_told(call)}" if alone else _told(statement)


def _base(statement: ast.stmt) -> tuple[str | None, bool]:
    """The name of the tensor that is changed, and whether all of it is."""
    node: Any = getattr(statement, "target", None) or getattr(statement, "targets", [None])[0]
    if isinstance(statement, ast.Expr):
        node = statement.value
    whole = True
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Call):
        whole = whole and not isinstance(node, ast.Subscript)
        node = node.func if isinstance(node, ast.Call) else node.value
    return (node.id if isinstance(node, ast.Name) else None), whole


def _told(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(node))
