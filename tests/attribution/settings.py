"""Parameters that keep the tests fast, and the pairs of method and net that make sense."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch

from tests.attribution.nets import NETS, pictures
from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.probe import probe
from xai_core.base.parameters import describe

BLACK_BOX = {"samples": 12, "segments": 5, "cells": 2, "designs": 4}
FAST: dict[str, Any] = {
    "n": 2,
    "m": 3,
    "n_steps": 4,
    "starts": 2,
    "window": 4,
    "stride": 3,
    "channels": 4,
    **BLACK_BOX,
}


def fast(method: str) -> dict[str, Any]:
    """Fast parameters of a method."""
    known = {info.name for info in describe(METHODS[method].Parameters)}
    return {name: value for name, value in FAST.items() if name in known}


@cache
def capabilities(net: str) -> Capabilities:
    """What a net was seen to offer."""
    return probe(NETS[net](), torch.from_numpy(pictures()), 1)


def reason(method: str, net: str) -> str | None:
    """Why a method is not available on a net."""
    return METHODS[method].unavailable_because(capabilities(net))


ON_CONVOLUTIONS = tuple(method.name for method in METHODS if method.family != "attention")
ON_OPERATIONS = tuple(name for name in ON_CONVOLUTIONS if name != "lrp")
"""Of those, which need no layers of torch's own: for graphs that were converted."""
PAIRS = [(method, net) for method in METHODS.names() for net in NETS]
DEFINED = [pair for pair in PAIRS if reason(*pair) is None]
UNDEFINED = [pair for pair in PAIRS if reason(*pair) is not None]
