"""What a pickle would build, built of inert stand-ins: no name in it is imported or called."""

from __future__ import annotations

import _compat_pickle
import io
import pickle
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from xai_core.base.errors import ModelError
from xai_core.models.pickles.globals import Global

TENSOR_MAKERS = (
    "torch._utils._rebuild_tensor",
    "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_tensor_v3",
    "torch._utils._rebuild_qtensor",
    "torch._utils._rebuild_sparse_tensor",
)


class Pair(tuple[Any, Any]):
    """A key and its value, of an object that the pickle fills as a mapping."""


class Stub:
    """Stands for an object that the pickle would make; remembers what it was given."""

    source = Global("", "")
    args: tuple[Any, ...]
    state: Any
    held: list[Any]

    def __new__(cls, *args: Any, **kwargs: Any) -> Stub:  # noqa: D102 - as any class is made
        self = object.__new__(cls)
        self.args, self.state, self.held = (*args, *kwargs.values()), None, []
        return self

    def __call__(self, *args: Any) -> Stub:  # noqa: D102 - as a function is called
        return Stub(self, *args)

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def __setitem__(self, key: Any, value: Any) -> None:
        self.held.append(Pair((key, value)))

    def append(self, item: Any) -> None:
        """As a list or a set."""
        self.held.append(item)

    add = append

    @property
    def is_tensor(self) -> bool:
        """Stands for a tensor."""
        return self.source.path in TENSOR_MAKERS

    @property
    def is_module(self) -> bool:
        """Stands for an `nn.Module`, told by its state."""
        return isinstance(self.state, dict) and {"_modules", "_parameters"} <= self.state.keys()


@dataclass(frozen=True)
class Stored:
    """Stands for the bytes of a tensor: the entry `key`, of `numel` elements of type `kind`."""

    kind: str
    key: str
    numel: int


@dataclass(frozen=True)
class Contents:
    """What a pickle would build, and how.

    Attributes:
        root: the object, of stand-ins. names: what it would import, each once.
        stored: the storages it refers to. protocol: of the pickle.
        end: where the pickle ends in the bytes given.
    """

    root: Any
    names: tuple[Global, ...]
    stored: tuple[Stored, ...]
    protocol: int
    end: int

    @property
    def tensors(self) -> int:
        """How many tensors it holds."""
        return sum(isinstance(item, Stub) and item.is_tensor for item in walk(self.root))

    @property
    def modules(self) -> tuple[Stub, ...]:
        """Every stand-in for an `nn.Module`."""
        return tuple(x for x in walk(self.root) if isinstance(x, Stub) and x.is_module)


def read_contents(data: bytes, start: int = 0) -> Contents:
    """Read one pickle out of `data`.

    Raises:
        ModelError: `corrupt-file`, the bytes are not a pickle or break off.
    """
    stream = io.BytesIO(data)
    stream.seek(start)
    reader = _Reader(stream)
    try:
        root = reader.load()
    except Exception as cause:  # broken pickles raise nearly anything
        if any(name.dangerous for name in reader.names):
            return Contents(None, tuple(reader.names), (), _protocol(data, start), len(data))
        raise ModelError(
            f"The pickle in the file is broken: {type(cause).__name__}: {cause}",
            "Copy or download the file again, or save the model again.",
            code="corrupt-file",
        ) from cause
    return Contents(
        root, tuple(reader.names), tuple(reader.stored), _protocol(data, start), stream.tell()
    )


def walk(root: Any) -> Iterator[Any]:
    """Every object below `root`, each once, in order."""
    seen: set[int] = set()
    stack = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, str | bytes | int | float | None) or id(item) in seen:
            continue
        seen.add(id(item))
        yield item
        if isinstance(item, Stub):
            stack += [item.held, item.state, item.args]
        elif isinstance(item, dict):
            stack += reversed([*dict.keys(item), *dict.values(item)])
        elif isinstance(item, list | tuple | set | frozenset):
            stack += reversed(list(item))


def _protocol(data: bytes, start: int) -> int:
    return data[start + 1] if data[start : start + 1] == b"\x80" and len(data) > start + 1 else 0


# The C unpickler allocates what a memo index asks for, gigabytes out of five bytes; this one
# keeps its memo in a dict.
class _Reader(pickle._Unpickler):
    def __init__(self, stream: io.BytesIO) -> None:
        super().__init__(stream, encoding="utf-8", errors="replace")
        self.names: dict[Global, type[Stub]] = {}
        self.stored: dict[Stored, None] = {}

    def find_class(self, module: str, name: str, /) -> Any:
        found = _today(module, name)
        if found not in self.names:
            self.names[found] = type("Stub", (Stub,), {"source": found})
        return OrderedDict if found.path == "collections.OrderedDict" else self.names[found]

    def persistent_load(self, pid: Any, /) -> Any:
        kind = _text(pid[0])
        if kind == "module":  # the old format: a class and its source
            return pid[1]
        if kind != "storage":
            raise pickle.UnpicklingError(f"unknown reference {kind!r}")
        source = pid[1].source
        stored = Stored(source.name, _text(pid[2]), int(pid[4]))
        self.stored[stored] = None
        return stored


def _today(module: str, name: str) -> Global:
    # Both real loaders translate the names of Python 2, `__builtin__.eval` for one.
    module, name = _compat_pickle.NAME_MAPPING.get((module, name), (module, name))
    return Global(_compat_pickle.IMPORT_MAPPING.get(module, module), name)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
