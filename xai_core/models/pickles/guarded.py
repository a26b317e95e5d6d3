"""Whole modules out of a pickle, without running code that the file chooses.

`torch.load(weights_only=True)` may import only names on a list, but it still *calls* what is on
it. So every listed class is handed to it as a guard that can neither be constructed nor called;
the state that a guard is given is checked and put aside. Only when the pickle is over do the
guards become their real classes and get their states. Module and attribute names are checked,
because `torch.fx` writes them into source code.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from xai_core.base.errors import ModelError
from xai_core.models.pickles.allowed import FUNCTIONS, MODULES, OBJECTS, PARTIAL, RECORDS
from xai_core.models.pickles.compiled import WRAPPER
from xai_core.models.pickles.globals import Global
from xai_core.models.pickles.held_partial import HeldPartial, RefusedError
from xai_core.models.pickles.reparametrised import HOOKS, fuse, held_hook
from xai_core.models.pickles.tensors import husk
from xai_core.models.vision_libraries import make_importable

CHILD_NAME = re.compile(r"[A-Za-z0-9_-]+\Z")
CONTAINERS = ("_modules", "_parameters", "_buffers")


def load_guarded(path: Path, names: Iterable[Global], wrappers: Collection[Global] = ()) -> Any:
    """The object in the file; modules in it are real `nn.Module`s on the CPU.

    Args:
        names: what the pickle would import; those not on the list stay refused.
        wrappers: of them, what only wraps the module (`torch.compile`) and is left off.

    Raises:
        ModelError: `unsafe-code`, the file asks for more than restoring a model.
        pickle.UnpicklingError: the file uses what the guarded loader does not know.
    """
    import torch

    guards = _Guards(names, wrappers)
    try:
        with torch.serialization.safe_globals(guards.table()):
            result = torch.load(path, map_location="cpu", weights_only=True)
        guards.restore()
    except RefusedError as cause:
        raise ModelError(
            f"Loading was refused: {cause}",
            "A saved model never asks for that. Do not use this file.",
            code="unsafe-code",
        ) from cause
    return result


def _first(module: Any, *how: Any) -> Any:
    """In place of a wrapper's class: what is wrapped."""
    return module


SCRIPTED = "__overloads__"  # what `torch.jit.script` leaves behind in the module it reads


class _Inert(type):
    path: str

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        raise RefusedError(f"the file calls {cls.path} while it is read.")


class _Guards:
    def __init__(self, names: Iterable[Global], wrappers: Collection[Global] = ()) -> None:
        self._real: dict[Any, Any] = {}
        self._table: list[tuple[Any, str]] = []
        self._states: dict[int, tuple[Any, dict[str, Any]]] = {}
        self._made: list[Any] = []
        for name in names:
            if name in wrappers:
                continue
            if name in MODULES or name in FUNCTIONS or name in OBJECTS:
                guard = self._guard(name)
                self._real[guard] = real(name)
                self._table.append((guard, name.path))
            elif name == PARTIAL:
                self._table.append((HeldPartial, name.path))
            elif name in RECORDS:
                self._table.append((real(name), name.path))
            elif name in HOOKS:
                self._table.append((held_hook(name), name.path))
        for name in wrappers:
            self._table.append((_first if name == WRAPPER else husk(None), name.path))

    def table(self) -> Any:
        """What `safe_globals` takes: pairs of stand-in and name."""
        return list(self._table)

    def restore(self) -> None:
        """Give every guarded object its real class and its checked state."""
        for made in self._made:
            if id(made) not in self._states:
                raise RefusedError(f"a {type(made).path} is left without a state.")
        for made, state in self._states.values():
            state.pop(SCRIPTED, None)  # no model needs it
            fuse(state)
            self._check(self._real[type(made)], state)
        for made, _ in self._states.values():
            object.__setattr__(made, "__class__", self._real[type(made)])
        for made, state in self._states.values():
            own = {key: self._swap(value) for key, value in state.items()}
            # A plain object, which has no `__setstate__`, is nothing but its attributes.
            getattr(made, "__setstate__", vars(made).update)(own)

    def _guard(self, name: Global) -> _Inert:
        def new(cls: Any) -> Any:
            if name in FUNCTIONS:
                raise RefusedError(f"the file makes an object of {name.path}, a function.")
            made: Any = object.__new__(cls)
            self._made.append(made)
            return made

        def setstate(made: Any, state: Any) -> None:
            if id(made) in self._states or not isinstance(state, dict):
                raise RefusedError(f"a {name.path} is given a state that is not its own.")
            self._states[id(made)] = (made, state)

        return _Inert("Guard", (), {"path": name.path, "__new__": new, "__setstate__": setstate})

    def _swap(self, value: Any) -> Any:
        # Classes and functions are swapped only where layers keep them: as plain attributes.
        if isinstance(value, HeldPartial):
            return value.restored(self._real)
        return self._real.get(value, value) if isinstance(value, _Inert) else value

    def _check(self, kind: type, state: dict[str, Any]) -> None:
        for key in state:
            if not isinstance(key, str) or not key.isidentifier() or not key.isascii():
                raise RefusedError(f"an attribute is called {str(key)[:60]!r}.")
            if key.startswith("__") or callable(getattr(kind, key, None)):
                raise RefusedError(f"{kind.__name__}.{key} is replaced by the file.")
        for container in CONTAINERS if _is_module(kind) else ():
            children = state.get(container)
            if not isinstance(children, dict):
                raise RefusedError(f"{kind.__name__}.{container} is not a dict.")
            for name, child in dict.items(children):
                self._check_child(container, name, child)

    def _check_child(self, container: str, name: Any, child: Any) -> None:
        import torch

        if not isinstance(name, str) or not CHILD_NAME.match(name):
            raise RefusedError(f"a layer or parameter is called {str(name)[:60]!r}.")
        if container == "_modules":
            fits = child is None or _is_module(self._real.get(type(child)))
        else:
            fits = child is None or isinstance(child, torch.Tensor)
        if not fits:
            raise RefusedError(f"{name!r} in {container} is a {type(child).__name__}.")


def _is_module(kind: Any) -> bool:
    from torch import nn

    return isinstance(kind, type) and issubclass(kind, nn.Module)


def real(name: Global) -> Any:
    """The class or function of an allowed name.

    Raises:
        ModelError: `missing-code`, its library is not installed or has no such name.
    """
    if not name.module.startswith("torch."):
        make_importable()
    try:
        return getattr(importlib.import_module(name.module), name.name)
    except (ImportError, AttributeError, RuntimeError) as cause:
        library = name.module.partition(".")[0]
        raise ModelError(
            f"The file needs {name.path}, which cannot be imported: {cause}",
            f"Install a version of {library} that has it.",
            code="missing-code",
            missing=[name.path],
        ) from cause
