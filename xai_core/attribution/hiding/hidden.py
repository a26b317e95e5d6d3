"""What black-box methods share: parameters, and the scores of pictures with parts hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.hiding.baselines import (
    COVER_HELP,
    STARTS,
    Start,
    covers_of,
    pictures_parameter,
)
from xai_core.attribution.hiding.planes import over_channels
from xai_core.attribution.methods.base import Method, Task
from xai_core.base.parameters import parameter

if TYPE_CHECKING:
    from torch import Tensor

ERROR = "standard_error"  # in what a method chose: relative to the map, as of the noise methods


@dataclass(frozen=True)
class Hidden:
    """What takes the place of hidden pixels."""

    baseline: float = parameter(
        0.0,
        "Value of hidden pixels, after preprocessing; 0 is the mean colour.",
        minimum=-10.0,
        maximum=10.0,
        step=0.1,
    )
    cover: Start = parameter("constant", COVER_HELP, choices=STARTS, added=True)
    baseline_pictures: str = pictures_parameter()


class ByHiding(Method):
    """A method that asks for scores alone: for whatever predicts."""

    needs_gradient = False

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        return None if capabilities.predicts else "The model gives no finite score."


def scores(task: Task, masks: Tensor) -> Tensor:
    """`[n]` scores of the picture where a mask `[n, 1, H, W]` in [0, 1] shows it, or one of each
    input, `[n, P, H, W]`; the mean over several covers.
    """
    import torch

    found, covers = [], covers_of(task)
    with torch.no_grad():
        for part in parts_of(masks, task):
            shown = over_channels(part.to(task.inputs), task)
            several = (task.inputs * shown + cover * (1 - shown) for cover in covers)
            scores = [task.scorer(pictures).float() for pictures in several]
            found.append(scores[0] if len(scores) == 1 else torch.stack(scores).mean(0))
    return torch.cat(found)


def parts_of(many: Tensor, task: Task) -> Iterator[Tensor]:
    """As many of the first axis at a time as may be scored at once."""
    size = max(1, task.batch_size)
    yield from (many[start : start + size] for start in range(0, len(many), size))


def in_batches(count: int, size: int) -> Iterator[int]:
    """Sizes that add up to `count`."""
    for start in range(0, count, size):
        yield min(size, count - start)


def relative(error: Any, values: Any) -> float | None:
    """‖SE‖ / ‖values‖; None where the map is empty."""
    norm = float((values**2).sum()) ** 0.5
    return float((error**2).sum()) ** 0.5 / norm if norm > 0 else None
