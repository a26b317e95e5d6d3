"""Which of the models in a package is opened, and what is said where that is not clear."""

from __future__ import annotations

from pathlib import Path

from xai_core.base.errors import ModelError
from xai_core.models.packages.base import Content
from xai_core.models.peek.unsupported import unsupported_file

LISTED = 20


def chosen(
    content: Content, member: str | None, path: Path, folder: Path, names: tuple[str, ...]
) -> str:
    """The name of the one that is opened. folder, names: what lies in the package, unpacked.

    Raises:
        ModelError: `several-models`, one has to be named; `unknown-format`, there is none.
    """
    models = tuple(content.models)
    listed = ", ".join(f"`{name}`" for name in models[:LISTED])
    more = f" and {len(models) - LISTED} more" if len(models) > LISTED else ""
    if member is not None:
        if member in models:
            return member
        raise ModelError(
            f"There is no model {member!r} in {path.name}.",
            f"There are: {listed}{more}." if models else "It holds none: leave `--member` out.",
            code="several-models",
            members=list(models),
        )
    if not models:
        raise _nothing(path, folder, names)
    if len(models) > 1:
        raise ModelError(
            f"{path.name} holds {len(models)} models: {listed}{more}.",
            "Choose one by its name (`--member NAME`).",
            code="several-models",
            members=list(models),
        )
    return models[0]


def _nothing(path: Path, folder: Path, names: tuple[str, ...]) -> ModelError:
    """The error for a package without a model: what the largest file in it is instead."""
    outer = unsupported_file(path)
    if not outer.facts.get("around") or not names:
        return outer
    largest = max(names, key=lambda name: (folder / name).stat().st_size)
    inner = unsupported_file(folder / largest)
    if inner.facts.get("around"):
        return outer
    message = f"{outer.message} In it lies {largest!r}. {inner.message.partition('. ')[2]}"
    return ModelError(message, inner.hint, code=inner.code, format="unknown")


def no_package(path: Path, member: str) -> ModelError:
    """The error for a name that was given where the file is a model itself."""
    return ModelError(
        f"{path.name} is no package, and there is no {member!r} in it.",
        "Leave `--member` out.",
        code="several-models",
        members=[],
    )
