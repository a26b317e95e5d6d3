"""A module that `torch.compile` wrapped: what the file would import for the wrapper alone.

Pickled is a call, `OptimizedModule(module, how it is compiled)`. The second needs names of torch's
compiler; nothing of them is wanted to run the module as it was before.
"""

from __future__ import annotations

from typing import Any

from xai_core.models.pickles.globals import Global
from xai_core.models.pickles.skeleton import Contents, Stub, walk

WRAPPER = Global("torch._dynamo.eval_frame", "OptimizedModule")


def is_compiled(item: Any) -> bool:
    """Whether a stand-in is of such a wrapper."""
    return isinstance(item, Stub) and item.source == WRAPPER and len(item.args) == 2


def wrapper_names(contents: Contents) -> frozenset[Global]:
    """The wrapper, and what only the way of compiling needs; empty where nothing is compiled."""
    wrappers = [item for item in walk(contents.root) if is_compiled(item)]
    if not wrappers:
        return frozenset()
    inner = {id(item.args[1]) for item in wrappers}
    needed = _sources(contents.root, inner)
    return frozenset(contents.names) - needed | {WRAPPER}


def _sources(root: Any, without: set[int]) -> set[Global]:
    """The names behind all stand-ins below `root`, but those that lie below one of `without`."""
    found: set[Global] = set()
    seen: set[int] = set(without)
    stack = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, str | bytes | int | float | None) or id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, type) and issubclass(item, Stub):
            found.add(item.source)
        elif isinstance(item, Stub):
            found.add(item.source)
            stack += [item.held, item.state, item.args]
        elif isinstance(item, dict):
            stack += [*dict.keys(item), *dict.values(item)]
        elif isinstance(item, list | tuple | set | frozenset):
            stack += list(item)
    return found
