"""A user's own layers and functions, as Keras looks them up: only after trust."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from xai_core.models.formats.base import LoadOptions
from xai_core.models.keras.objects import KerasObject
from xai_core.models.keras.safety import missing_error
from xai_core.models.pickles.code import CodeFiles


def custom_objects(missing: Sequence[KerasObject], options: LoadOptions) -> dict[str, Any]:
    """What the file needs and Keras does not have, by the names that the file uses.

    Raises:
        ModelError: `missing-code`, it is not given, not trusted, or not in the files given.
    """
    if not options.code or not options.trust:
        if missing:
            raise missing_error(missing, options.code)
        return {}
    files = CodeFiles(options.code, [item.path for item in missing])
    files.install()
    found = {  # Keras 2 names functions by their bare names, which are not known to be missing
        name: value
        for module in files.modules()
        for name, value in vars(module).items()
        if callable(value) and getattr(value, "__module__", None) == module.__name__
    }
    for item in missing:
        name = (item.function or item.kind).rpartition(">")[2]
        value = files.find(item.module or "", name)
        for key in (name, item.function or item.kind, item.registered or name):
            found[key] = value
    return found


@contextmanager
def registrations_undone() -> Iterator[None]:
    """What a model's code registers with Keras is forgotten at the end.

    A later file, loaded without trust, must not reach it.
    """
    import keras

    registered = keras.saving.get_custom_objects()
    before = dict(registered)
    try:
        yield
    finally:
        registered.clear()
        registered.update(before)
