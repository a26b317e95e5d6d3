"""The class of one model in another one, and whether there is one before any map is computed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from xai_core.base.arrays import Inputs
from xai_core.base.errors import InputError, XaiError
from xai_core.base.target import Target
from xai_core.compare.predictions import Classes, counterparts
from xai_core.runs.request import Request
from xai_core.targets import Prediction


class Predicts(Protocol):
    """A worker with an open model."""

    def predict(self, inputs: Inputs, *, cancel: threading.Event | None = None) -> Prediction:
        """The loaded model's output."""


def classes_of(model: Predicts, request: Request, cancel: threading.Event | None = None) -> Classes:
    """What it gives for the picture. Raises `XaiError`, which names the model."""
    with naming(request.model):
        prediction = model.predict(request.prepared.inputs, cancel=cancel)
    return Classes(prediction, request.labels)


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


@contextmanager
def naming(title: str) -> Iterator[None]:
    """An error says which of the two models it is about."""
    try:
        yield
    except XaiError as error:
        if title not in error.message and error.code != "cancelled":
            told = {**error.to_dict(), "message": f"{title}: {error.message}"}
            raise XaiError.from_dict(told) from error
        raise
