"""Plain values out of a pickle's contents: numbers, texts, containers, tensors; never behaviour.

Containers become plain ones: an ordered dict of a file may carry attributes that answer for it.
What the pickle would make of any other class becomes a husk, or is refused where that is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from xai_core.models.pickles.allowed import RECORDS
from xai_core.models.pickles.compiled import is_compiled
from xai_core.models.pickles.globals import Global
from xai_core.models.pickles.restored.dense import hooks_of, is_tensor, tensor_of
from xai_core.models.pickles.restored.refused import RefusedError
from xai_core.models.pickles.restored.storages import Storages
from xai_core.models.pickles.skeleton import Pair, Stored, Stub

DEEPEST = 120
NAMED = 160  # letters of a name that are kept: names may be long, and lie within each other
PLAIN = (bool, int, float, str, bytes, complex)


class Husk:
    """In place of an object of a class that is not restored: its plain attributes."""


class Values:
    """Makes each object of the contents once, so that what was shared stays shared.

    Args:
        storages: the bytes of tensors.
        real: the class or function of an allowed name; raises ModelError where it is missing.
    """

    def __init__(self, storages: Storages, real: Callable[[Global], Any] | None = None) -> None:
        self._storages = storages
        self._made: dict[int, Any] = {}
        self._open: set[int] = set()
        self._depth = 0
        self.real = real
        self.dropped: list[str] = []

    def of(self, item: Any, where: str = "") -> Any:
        """The value itself.

        Args:
            item: of stand-ins. where: its name in the file.

        Raises:
            RefusedError: it is made of more than data. ModelError: as `dense.tensor_of`.
        """
        if item is None or type(item) in PLAIN:
            return item
        where = where[-NAMED:]
        if id(item) in self._made:
            return self._made[id(item)]
        if id(item) in self._open or self._depth > DEEPEST:
            raise RefusedError(f"{where[-80:]!r} is made of itself, or nested too deeply.")
        self._open.add(id(item))
        self._depth += 1
        try:
            return self._kept(item, self._new(item, where))
        finally:
            self._depth -= 1
            self._open.discard(id(item))

    def _kept(self, item: Any, made: Any) -> Any:
        self._made[id(item)] = made
        return made

    def _new(self, item: Any, where: str) -> Any:
        if isinstance(item, dict):
            made = self._kept(item, {})
            self._fill(made, list(dict.items(item)), where)
            return made
        if isinstance(item, list):
            row: list[Any] = self._kept(item, [])
            row += [self.of(x, f"{where}[{at}]") for at, x in enumerate(list.__iter__(item))]
            return row
        if isinstance(item, tuple):
            return tuple(self.of(x, where) for x in tuple.__iter__(item))
        if isinstance(item, set | frozenset):
            return {value for x in item if _hashable(value := self.of(x, where))}
        if isinstance(item, bytearray):
            return bytearray(item)
        if isinstance(item, Stub):
            return self._object(item, where)
        if isinstance(item, type) and issubclass(item, Stub):
            return self._named(item.source, where)
        if isinstance(item, Stored):
            return Husk()
        raise RefusedError(f"{where[-80:]!r} is a {type(item).__name__}.")

    def _fill(self, made: dict[Any, Any], pairs: list[tuple[Any, Any]], where: str) -> None:
        for key, value in pairs:
            name = self.of(key, where)
            if not _hashable(name):
                continue  # a parameter, as optimisers have them: what it stands for is not data
            made[name] = self.of(value, f"{where}.{name}" if where else str(name))

    def _object(self, stub: Stub, where: str) -> Any:
        if is_compiled(stub):
            return self.of(stub.args[0], where)
        if is_tensor(stub):
            if hooks_of(stub):
                self.dropped.append(where)
            return tensor_of(stub, self._storages, where)
        path = stub.source.path
        if path in _MAKERS:
            return _MAKERS[path](self.of(stub.args, where))
        if stub.source in RECORDS and self.real is not None:
            return self._record(stub, where)
        return self.foreign(stub, where)

    def _record(self, stub: Stub, where: str) -> Any:
        kind: Any = self.real(stub.source) if self.real is not None else None
        args = self.of(stub.args, where)
        fits = isinstance(kind, type) and (
            (issubclass(kind, Enum) and len(args) == 1)
            or (issubclass(kind, tuple) and len(args) == len(getattr(kind, "_fields", ())))
        )
        if not fits or stub.state is not None:
            raise RefusedError(f"{where[-80:]!r} is no {stub.source.path}.")
        try:
            return kind(*args)
        except (TypeError, ValueError) as cause:
            raise RefusedError(f"{where[-80:]!r} is no {stub.source.path}: {cause}") from cause

    def foreign(self, stub: Stub, where: str) -> Any:
        """In place of an object of another class: a dict where it was filled as one, or a husk."""
        pairs = [(held[0], held[1]) for held in stub.held if isinstance(held, Pair)]
        if pairs:
            made: dict[Any, Any] = self._kept(stub, {})
            self._fill(made, pairs, where)
            return made
        husk = self._kept(stub, Husk())
        for key, value in list(dict.items(stub.state)) if isinstance(stub.state, dict) else ():
            if type(key) is str and key.isidentifier() and not key.startswith("__"):
                vars(husk)[key] = self.of(value, f"{where}.{key}" if where else key)
        return husk

    def _named(self, source: Global, where: str) -> Any:
        import torch

        found = getattr(torch, source.name, None) if source.module == "torch" else None
        constants = torch.dtype | torch.qscheme | torch.layout | torch.memory_format
        return found if isinstance(found, constants) else Husk()


def _hashable(value: Any) -> bool:
    import torch

    if isinstance(value, tuple):
        return all(_hashable(x) for x in value)
    return value is None or isinstance(value, (*PLAIN, Enum, torch.dtype))


def _size(args: Any) -> Any:
    import torch

    plain = len(args) == 1 and isinstance(args[0], tuple | list)
    if not plain or not all(type(x) is int and abs(x) < 2**62 for x in args[0]):
        raise RefusedError("a torch.Size is no row of numbers.")
    return torch.Size(args[0])


def _device(args: Any) -> Any:
    import torch

    if not args or type(args[0]) is not str or any(type(x) is not int for x in args[1:]):
        raise RefusedError("a torch.device has no name.")
    try:
        return torch.device(*args)
    except (RuntimeError, TypeError):
        return Husk()  # of another build of torch


def _encoded(args: Any) -> bytes:
    # As pickles of protocol 2 write bytes: (text, "latin1").
    if not args or type(args[0]) is not str or args[1:] not in ((), ("latin1",), ("latin-1",)):
        raise RefusedError("_codecs.encode is given something else than a text.")
    try:
        return args[0].encode("latin-1")
    except UnicodeError as cause:
        raise RefusedError(f"_codecs.encode: {str(cause)[:80]}") from cause


def _counted(args: Any) -> dict[Any, Any]:
    return dict(args[0]) if args and isinstance(args[0], dict) else {}


def _of_kind(kind: Callable[..., Any], *first: type) -> Callable[[Any], Any]:
    def make(args: Any) -> Any:
        if len(args) > len(first) or not all(isinstance(a, f) for a, f in zip(args, first)):  # noqa: B905
            raise RefusedError(f"a {getattr(kind, '__name__', kind)} is made of something else.")
        return kind(*args)

    return make


_MAKERS: dict[str, Callable[[Any], Any]] = {
    "torch.Size": _size,
    "torch.device": _device,
    "_codecs.encode": _encoded,
    "collections.Counter": _counted,
    "builtins.set": _of_kind(set, list),
    "builtins.frozenset": _of_kind(frozenset, list),
    "builtins.bytearray": _of_kind(bytearray, bytes),
    "builtins.complex": _of_kind(complex, float, float),
}
