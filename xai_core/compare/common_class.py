"""The class of one model in another one, and whether there is one before any map is computed."""

from __future__ import annotations

from xai_core.base.errors import InputError
from xai_core.base.target import Target
from xai_core.compare.predictions import Classes, counterparts
from xai_core.runs.request import Request


def same_class(
    like: Classes, index: int | None, classes: Classes, models: tuple[str, str]
) -> int | None:
    """What `classes` call the class that has `index` in `like`; None where there is one output.

    Args:
        models: what the two are called, in the same order.

    Raises:
        InputError: no class is known to be the same.
    """
    if index is None or classes.count == 1:
        return None  # one of the two has a single output: there is no other choice
    found = counterparts(like, classes).get(index)
    if found is None:
        raise InputError(
            f"{models[1]} has no class that is known to be {like.label(index)!r} of "
            f"{models[0]}: {like.count} classes there, {classes.count} here.",
            "Explain each model's own top class instead.",
        )
    return found


def check_common_class(requests: tuple[Request, Request], both: tuple[Classes, Classes]) -> None:
    """Raises `InputError` where the second model lacks the class that the first one explains."""
    first, second = both
    asked = requests[0].target
    if isinstance(asked, Target) or first.count == 1:
        return
    index = first.top(1)[0] if asked is None else asked
    same_class(first, index, second, (requests[0].model, requests[1].model))
