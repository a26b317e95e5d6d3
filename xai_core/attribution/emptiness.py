"""Maps that show nothing: the same value everywhere, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from xai_core.attribution.result import Attribution
from xai_core.base.target import Explained
from xai_core.targets.kinds.base import TARGETS
from xai_core.targets.outputs import are_probabilities, predict

if TYPE_CHECKING:
    from torch import Tensor

EMPTY = "empty"  # in an attribution's choices
SURE = 1e-6  # as far from 0 or 1, a probability in single precision has no slope left
CAUSES = {
    "negative": "everything that this layer found speaks against it, and only what speaks for it "
    "is drawn",
    "saturated": "the model is so sure that its probability does not move any more; explain the "
    "score before the softmax",
    "dead": "the score does not depend on the picture here, as behind dead rectifiers",
    "constant": "the method found the same everywhere",
}


def noted(
    values: Tensor, chosen: Mapping[str, Any], output: Callable[[], Any], explained: Explained
) -> dict[str, Any]:
    """What a method chose for a picture, with the cause where its map is the same everywhere.

    Args:
        values: `[1, C, H, W]`. chosen: as the method gave it; it may know the cause itself.
        output: gives what the model gave for the picture. explained: what the map is of.
    """
    if not bool((values == values.flatten()[0]).all()):
        return {name: one for name, one in chosen.items() if name != EMPTY}
    if EMPTY in chosen:
        return dict(chosen)
    if bool(values.any()):
        return {**chosen, EMPTY: "constant"}
    inner = TARGETS[explained.target.kind].inner  # a layer gives no probabilities
    saturated = not inner and _saturated(output(), explained.index)
    return {**chosen, EMPTY: "saturated" if saturated else "dead"}


def told(one: Attribution) -> str:
    """That a map is empty and why, for a person; nothing for one that is not."""
    found = one.chosen.get(EMPTY)
    several = found if isinstance(found, list) else [found]
    causes = [CAUSES[cause] for cause in dict.fromkeys(several) if cause in CAUSES]
    whole = "The map is" if len(one.values) == 1 else "Maps are"
    return f"{whole} empty: {'; '.join(causes)}." if causes else ""


def _saturated(output: Any, index: int | None) -> bool:
    scores = predict(output, 1).scores
    if index is None or scores.shape[1] < 2:
        return bool(scores.size == 1 and min(abs(scores[0, 0]), abs(1 - scores[0, 0])) < SURE)
    sure = min(abs(scores[0, index]), abs(1 - scores[0, index])) < SURE
    return are_probabilities(scores) and bool(sure)
