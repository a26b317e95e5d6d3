"""One entry of a nested output in the place of the whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import InputError
from xai_core.targets.nested import attributes

if TYPE_CHECKING:
    from torch import nn

    from xai_core.base.loaded_model import LoadedModel

STEP = re.compile(
    r"\[(?:(?P<index>\d+)|(?P<mark>['\"])(?P<key>.*?)(?P=mark))\]|\.(?P<name>[^\W\d]\w*)"
)


@dataclass(frozen=True)
class OutputEntry:
    """The entry at a path as verdicts show it: `['aux']`, `[1]`, `.logits`; or just `aux`.

    Called as a forward hook, so that the model's layers keep their names.
    """

    path: str

    def __call__(self, module: nn.Module, args: Any, output: Any) -> Any:
        """As `torch.nn.Module.register_forward_hook` asks."""
        return self.of(output)

    def of(self, output: Any) -> Any:
        """The entry.

        Raises:
            InputError: the output has no such entry.
        """
        found = output
        for key in self._keys():
            try:
                found = _part(found, key)
            except (KeyError, IndexError, TypeError) as cause:
                raise InputError(
                    f"The output has no entry {self.path}; it is {_told(output)}.",
                    "Name one of its entries, as `['name']`, `[0]` or `.name`.",
                ) from cause
        return found

    def _keys(self) -> tuple[str | int, ...]:
        if STEP.sub("", self.path):  # a bare name or number
            return (int(self.path) if self.path.isdecimal() else self.path,)
        steps = STEP.finditer(self.path)
        return tuple(
            int(step["index"]) if step["index"] else step["key"] or step["name"] for step in steps
        )


def narrowed(model: LoadedModel, path: str) -> LoadedModel:
    """The model with only that entry as its output; the module itself is changed."""
    entry, reference = OutputEntry(path), model.reference
    if model.module is not None:
        model.module.register_forward_hook(entry)
    if reference is None:
        return model
    return replace(model, reference=lambda inputs: entry.of(reference(inputs)))


def _part(value: Any, key: str | int) -> Any:
    """An item, or an attribute of that name."""
    if isinstance(key, str) and not isinstance(value, Mapping):
        return attributes(value)[key]
    return value[key]


def _told(output: Any) -> str:
    if isinstance(output, Mapping):
        return f"a mapping with {', '.join(f'[{key!r}]' for key in output)}"
    if isinstance(output, list | tuple):
        return f"a sequence of {len(output)}"
    if names := attributes(output):
        return f"an object with {', '.join(f'.{name}' for name in names)}"
    return f"a single {type(output).__name__}"
