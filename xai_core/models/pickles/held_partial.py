"""`functools.partial` of a layer's class with numbers, which transformers keep as an attribute."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any


class RefusedError(Exception):
    """The pickle asks for something that a saved model never asks for."""


class HeldPartial:
    """Stands for one while the pickle is read: it cannot be called.

    What it holds is looked at afterwards: a class is real only then, and numbers choose no code.
    """

    def __init__(self, function: Any) -> None:
        self._function = function
        self._state: Any = None

    def __setstate__(self, state: Any) -> None:
        self._state = state

    def restored(self, real: Mapping[Any, Any]) -> Any:
        """The partial itself.

        Args:
            real: guards to the classes that they stand for.

        Raises:
            RefusedError: it holds anything but a layer's class and numbers.
        """
        if not isinstance(self._state, tuple) or len(self._state) != 4:
            raise RefusedError("a functools.partial is left without a state of its own.")
        _, arguments, keywords, _ = self._state
        function = real.get(self._function)
        plain = isinstance(arguments, tuple) and isinstance(keywords, dict | None)
        if not plain or not isinstance(function, type):
            raise RefusedError("a functools.partial holds something else than a layer's class.")
        keywords = keywords or {}
        if not all(isinstance(x, int | float | None) for x in (*arguments, *keywords.values())):
            raise RefusedError("a functools.partial holds something else than numbers.")
        return functools.partial(function, *arguments, **keywords)
