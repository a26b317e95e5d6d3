"""That a Shapley method's baselines are noise, where its paper takes training pictures."""

from __future__ import annotations

from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.result import Attribution
from xai_core.base.parameters import describe

NOISE = "noise"


def told(one: Attribution) -> str:
    """For a person; nothing for a map that starts elsewhere, or where noise was asked for."""
    if not _by_default(one):
        return ""
    return "its baselines are noise, not training pictures: give some as baseline pictures"


def brief(one: Attribution) -> str:
    """The same in a few words."""
    return "baselines: noise" if _by_default(one) else ""


def _by_default(one: Attribution) -> bool:
    if one.parameters.get("start") != NOISE or one.method not in METHODS:
        return False
    infos = describe(METHODS[one.method].Parameters)
    return any(info.name == "start" and info.default == NOISE for info in infos)
