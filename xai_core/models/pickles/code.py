"""A user's Python files, importable under the names that a pickle asks for."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from xai_core.base.errors import ModelError


class CodeFiles(MetaPathFinder):
    """Python files by their stems: `net.py` answers for `net` and for `acme.net`.

    Importing runs the files: only for code that the user trusts.

    Args:
        paths: the files. wanted: dotted modules that a pickle asks for; their packages are
            made up where they are not installed.
    """

    def __init__(self, paths: Iterable[Path], wanted: Iterable[str] = ()) -> None:
        self._paths = {Path(path).stem: Path(path) for path in paths}
        self._packages: set[str] = set()
        for module in wanted:
            parts = module.split(".")
            self._packages |= {".".join(parts[:end]) for end in range(1, len(parts))}

    @property
    def given(self) -> bool:
        """There is at least one file."""
        return bool(self._paths)

    def install(self) -> None:
        """From now on the files are importable; those of an earlier model no longer are."""
        for finder in [item for item in sys.meta_path if isinstance(item, CodeFiles)]:
            sys.meta_path.remove(finder)
        for name, module in list(sys.modules.items()):
            if getattr(module, "__from_code_files__", False):
                del sys.modules[name]
        sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As the import system asks; installed packages win over made-up ones."""
        head, _, stem = fullname.rpartition(".")
        if stem in self._paths and (not head or head in self._packages):
            if not head and stem in sys.stdlib_module_names:
                return None
            return _marked(importlib.util.spec_from_file_location(fullname, self._paths[stem]))
        if fullname in self._packages and not _elsewhere(fullname, path):
            return _marked(ModuleSpec(fullname, _Empty(), is_package=True))
        return None

    def modules(self) -> list[ModuleType]:
        """Every file, imported.

        Raises:
            ModelError: `missing-code`, a file is not there or fails.
        """
        return [self._module(stem, path) for stem, path in self._paths.items()]

    def find(self, module: str, name: str) -> Any:
        """The object `name` of `module`, or of whichever file defines it.

        Raises:
            ModelError: `missing-code`, none has it.
        """
        stem = module.rpartition(".")[2]
        files = self.modules()
        files.sort(key=lambda item: item.__name__.rpartition(".")[2] != stem)
        for found in files:
            try:
                return _reach(found, name)
            except AttributeError:
                continue
        given = ", ".join(path.name for path in self._paths.values()) or "none"
        raise ModelError(
            f"Class `{module}.{name}` is missing: no Python file given defines it "
            f"(given: {given}).",
            "Give the Python file in which the class is defined.",
            code="missing-code",
            missing=[f"{module}.{name}"],
        )

    def _module(self, stem: str, path: Path) -> ModuleType:
        name = stem if stem not in sys.stdlib_module_names else f"user_code_{stem}"
        existing = sys.modules.get(name)
        if existing is not None:
            if getattr(existing, "__from_code_files__", False):
                return existing
            name = f"user_code_{stem}"  # a library of that name is in use
        try:
            if name in sys.modules:
                return sys.modules[name]
            if name == stem:
                return importlib.import_module(name)
            return _load(name, path)
        except (Exception, SystemExit) as cause:  # the user's own code may raise anything
            raise ModelError(
                f"The Python file {path.name} cannot be imported: {type(cause).__name__}: {cause}",
                "Give all files that it imports, and install the libraries it needs.",
                code="missing-code",
            ) from cause


def _reach(module: ModuleType, name: str) -> Any:
    value: Any = module
    for part in name.split("."):
        value = getattr(value, part)
    return value


def _load(name: str, path: Path) -> ModuleType:
    spec = _marked(importlib.util.spec_from_file_location(name, path))
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _elsewhere(name: str, path: Sequence[str] | None) -> bool:
    from importlib.machinery import PathFinder

    return name in sys.modules or PathFinder.find_spec(name, path) is not None


class _Empty(importlib.abc.Loader):
    def create_module(self, spec: ModuleSpec) -> None:
        return

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__from_code_files__"] = True


class _Marking(importlib.abc.Loader):
    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__from_code_files__"] = True
        self._loader.exec_module(module)


def _marked(spec: ModuleSpec | None) -> ModuleSpec | None:
    if spec is not None and spec.loader is not None and not isinstance(spec.loader, _Empty):
        spec.loader = _Marking(spec.loader)
    return spec
