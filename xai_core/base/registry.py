"""A plural folder as an extension point: plugins register where they are defined."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from xai_core.base.errors import InputError


class Named(Protocol):
    """What a registry holds: anything with a name."""

    @property
    def name(self) -> str:
        """Unique among the plugins of one kind."""


T = TypeVar("T", bound=Named)


class Registry(Generic[T]):
    """The plugins of one package, by name, in the order of their `order` then their name.

    The package's modules, and those of folders in it, are imported at the first look, so that a
    new file is all that a new plugin takes.

    Args:
        package: the dotted name of the plugins' folder.
        kind: what one plugin is called in messages ("method").
    """

    def __init__(self, package: str, kind: str) -> None:
        self.package = package
        self._kind = kind
        self._items: dict[str, T] = {}
        self._loaded = False

    def register(self, plugin: type[T]) -> type[T]:
        """Class decorator: puts one instance of `plugin` into the registry."""
        item = plugin()
        if item.name in self._items:
            raise ValueError(f"two {self._kind}s are called {item.name!r}")
        self._items[item.name] = item
        return plugin

    def __getitem__(self, name: str) -> T:
        self._load()
        if name in self._items:
            return self._items[name]
        near = difflib.get_close_matches(name, self._items, n=1)
        raise InputError(
            f"There is no {self._kind} called {name!r}.",
            f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(self.names())}.",
            known=list(self.names()),
        )

    def __iter__(self) -> Iterator[T]:
        self._load()
        return iter(sorted(self._items.values(), key=_place))

    def __contains__(self, name: object) -> bool:
        self._load()
        return name in self._items

    def __len__(self) -> int:
        self._load()
        return len(self._items)

    def names(self) -> tuple[str, ...]:
        """The names of all plugins, in order."""
        return tuple(item.name for item in self)

    def _load(self) -> None:
        if self._loaded:
            return
        package = importlib.import_module(self.package)
        for module in pkgutil.walk_packages(package.__path__, f"{self.package}."):
            importlib.import_module(module.name)
        self._loaded = True


def _place(item: Named) -> tuple[int, str]:
    return (getattr(item, "order", 100), item.name)
