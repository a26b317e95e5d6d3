"""A layer out of its state: parameters, buffers, layers below it and plain values, nothing else.

It starts as `nn.Module` makes one, without hooks. What the file would add to that is dropped and
told; what would replace a part of its class is refused.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from xai_core.models.pickles.allowed import ALLOWED, FUNCTIONS, HOOKS, MODULES, OBJECTS, PARTIAL
from xai_core.models.pickles.globals import Global
from xai_core.models.pickles.odd_tensors import odd_tensor
from xai_core.models.pickles.restored.dense import is_tensor
from xai_core.models.pickles.restored.names import DATA, is_defined, is_method, machinery, used_by
from xai_core.models.pickles.restored.refused import RefusedError
from xai_core.models.pickles.restored.reparametrised import fuse
from xai_core.models.pickles.restored.storages import Storages
from xai_core.models.pickles.restored.values import Husk, Values
from xai_core.models.pickles.skeleton import Stub

CHILD_NAME = re.compile(r"[A-Za-z0-9_-]+\Z")
SCRIPTED = "__overloads__"  # what `torch.jit.script` leaves behind in the module it reads
FLAT = ("_flat_weights", "_flat_weights_names", "_flat_weight_refs", "_all_weights", "all_weights")


class Layers(Values):
    """Values, and the layers and helpers of the list among them."""

    def __init__(self, storages: Storages, real: Callable[[Global], Any]) -> None:
        super().__init__(storages, real)
        self._real = real
        self._carries: dict[int, bool] = {}

    def foreign(self, stub: Stub, where: str) -> Any:
        """A layer or a helper of the list. Raises RefusedError for any other object."""
        source = stub.source
        if source in HOOKS or source == PARTIAL or source.rebuilds:
            return Husk()
        if source not in MODULES and source not in OBJECTS:
            raise RefusedError(f"the file makes an object of {source.path[:120]}.")
        if stub.args or not isinstance(stub.state, dict) or stub.held:
            raise RefusedError(f"a {source.path} is given something else than one state.")
        kind = self._real(source)
        made = self._kept(stub, object.__new__(kind))
        state = {key: dict.__getitem__(stub.state, key) for key in dict.keys(stub.state)}
        state.pop(SCRIPTED, None)  # no model needs it
        if source in OBJECTS:
            vars(made).update(self._plain(kind, state, where))
        else:
            self._fill_layer(made, state, where)
        return made

    def _fill_layer(self, made: Any, state: dict[str, Any], where: str) -> None:
        from torch import nn

        kind = type(made)
        nn.Module.__init__(made)
        hooks = self._hooks(state, where)
        own: dict[str, Any] = {
            key: self._held(kind, key, state.get(key), where) for key in DATA[1:4]
        }
        lent = {k: v for k, v in state.items() if k not in DATA and k not in machinery()}
        if issubclass(kind, nn.RNNBase):
            lent = _without_flat(lent, own["_parameters"])
        for name in fuse(hooks, own["_parameters"], own["_buffers"]):
            lent.pop(name, None)
            _refuse_name(kind, name)
        _refuse_doubles(kind, lent, *own.values())
        plain = self._plain(kind, lent, where)
        if issubclass(kind, nn.RNNBase):
            plain["_all_weights"] = [[None]]  # it makes the second list of its weights anew
        passing = self.of(state.get(DATA[4]))
        own[DATA[4]] = {x for x in passing if type(x) is str} if isinstance(passing, set) else set()
        kind.__setstate__(made, {**plain, **own, "training": state.get("training") is True})

    def _hooks(self, state: Mapping[str, Any], where: str) -> list[Stub]:
        """The hooks that are computed here; any other is told of and goes."""
        known = []
        for key in machinery().intersection(state):
            held = state.get(key)
            items = list(dict.values(held)) if isinstance(held, dict) else [held]
            for item in items:
                if isinstance(item, Stub) and item.source in HOOKS:
                    known.append(item)
                elif not isinstance(item, bool | None):
                    self.dropped.append(f"{where}.{key}" if where else key)
        return known

    def _held(self, kind: type, container: str, held: Any, where: str) -> dict[str, Any]:
        if not isinstance(held, dict):
            raise RefusedError(f"{kind.__name__}.{container} is not a dict.")
        made: dict[str, Any] = {}
        for name, child in list(dict.items(held)):
            _refuse_name(kind, name)
            if child is not None and not _fits(container, child):
                raise RefusedError(f"{name!r} in {container} is a {type(child).__name__}.")
            made[name] = self.of(child, f"{where}.{name}" if where else name)
            _check(container, name, made[name])
        return made

    def _plain(self, kind: type, state: Mapping[str, Any], where: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, value in state.items():
            if type(key) is not str or not key.isidentifier() or not key.isascii():
                raise RefusedError(f"an attribute is called {str(key)[:60]!r}.")
            if key.startswith("__") or is_method(kind, key):
                raise RefusedError(f"{kind.__name__}.{key} is replaced by the file.")
            if is_defined(kind, key):
                continue  # a property by now, or a constant of torch's own
            path = f"{where}.{key}" if where else key
            code = self._code(value, key in used_by(kind))
            if code is not None:
                made[key] = code
            elif _is_code(value) or self._carries_layers(value):
                self._check_dropped(value)
                self.dropped.append(path)
            else:
                made[key] = self.of(value, path)
        return made

    def _carries_layers(self, value: Any) -> bool:
        """A layer that is no layer below it, wherever it lies in the value."""
        if isinstance(value, bool | int | float | str | bytes | None):
            return False
        if id(value) not in self._carries:
            self._carries[id(value)] = False  # while it is looked at: it may hold itself
            self._carries[id(value)] = _is_layer(value) or any(
                self._carries_layers(inner) for inner in _inside(value)
            )
        return self._carries[id(value)]

    def _code(self, value: Any, used: bool) -> Any:
        """A class or function that layers keep as an attribute, or a partial of such a class."""
        if isinstance(value, Stub) and value.source == PARTIAL:
            return self._partial(value) if used else None
        source = value.source if isinstance(value, type) and issubclass(value, Stub) else None
        known = source in MODULES or source in FUNCTIONS
        return self._real(source) if source is not None and known and used else None

    def _check_dropped(self, value: Any) -> None:
        """What no layer would hold in this way is no oversight. Raises RefusedError."""
        if isinstance(value, Stub) and value.source == PARTIAL:
            self._partial(value)
        elif isinstance(value, Stub) and value.args:
            raise RefusedError(f"a {value.source.path} is made with arguments.")

    def _partial(self, stub: Stub) -> Any:
        state = stub.state
        if not isinstance(state, tuple) or len(state) != 4 or len(stub.args) != 1:
            raise RefusedError("a functools.partial is left without a state of its own.")
        arguments, keywords = state[1], state[2] or {}
        function = self._code(stub.args[0], used=True)
        plain = isinstance(arguments, tuple) and isinstance(keywords, dict)
        if not plain or not isinstance(function, type):
            raise RefusedError("a functools.partial holds something else than a layer's class.")
        numbers = [*arguments, *dict.values(keywords)]
        if not all(isinstance(x, int | float | None) for x in numbers):
            raise RefusedError("a functools.partial holds something else than numbers.")
        return functools.partial(function, *arguments, **dict(dict.items(keywords)))


def _is_code(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, Stub) and value.source in ALLOWED


def _is_layer(value: Any) -> bool:
    return isinstance(value, Stub) and (value.source in MODULES or value.source == PARTIAL)


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, Stub):
        return (value.held, value.state, value.args)
    if isinstance(value, dict):
        return (*dict.keys(value), *dict.values(value))
    return value if isinstance(value, list | tuple | set | frozenset) else ()


def _refuse_name(kind: type, name: Any) -> None:
    if type(name) is not str or not CHILD_NAME.match(name):
        raise RefusedError(f"a layer or parameter is called {str(name)[:60]!r}.")
    if is_method(kind, name):
        raise RefusedError(f"{kind.__name__}.{name} is replaced by the file.")


def _refuse_doubles(kind: type, *places: Mapping[str, Any]) -> None:
    """One name stands for one thing: an attribute would hide a weight of its name."""
    seen: set[str] = set()
    for place in places:
        if twice := seen.intersection(place):
            raise RefusedError(f"{kind.__name__}.{min(twice)} is there twice.")
        seen.update(place)


def _fits(container: str, child: Any) -> bool:
    return isinstance(child, Stub) and is_tensor(child) != (container == "_modules")


def _check(container: str, name: str, made: Any) -> None:
    from torch import Tensor, nn

    fits = nn.Module if container == "_modules" else Tensor
    if made is not None and not isinstance(made, fits):
        raise RefusedError(f"{name!r} in {container} is a {type(made).__name__}.")
    if isinstance(made, Tensor) and made.is_complex():
        raise odd_tensor(name, "holds complex numbers, which this layer does not compute with")


def _without_flat(lent: dict[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    # Recurrent layers keep a second list of their weights: of the file's choosing, if it were kept.
    layers = lent.get("num_layers")
    if type(layers) is not int or not 0 < layers <= len(parameters):
        raise RefusedError("a recurrent layer has another number of layers than of weights.")
    return {k: v for k, v in lent.items() if k not in FLAT}
