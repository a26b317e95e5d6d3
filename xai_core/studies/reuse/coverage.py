"""Which figures of a map are there already: what a worker needs to know of other studies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from xai_core.scores.public.asked_metric import AskedMetric
from xai_core.studies.shards.keys import Keys
from xai_core.studies.shards.row import key_of


@dataclass(frozen=True)
class Coverage:
    """Maps of which there is something.

    Attributes:
        metrics: of the study. maps: whose score is there, by `map_keys`. figures: by the text of a
            metric, those that have it; of a metric on masks with the mask that it was measured on.
    """

    metrics: tuple[str, ...] = ()
    maps: Keys = field(default_factory=Keys)
    figures: Mapping[str, Keys] = field(default_factory=dict)

    def lacking(
        self, picture: str, method: str, parameters: Mapping[str, Any], mask: str | None
    ) -> tuple[str, ...] | None:
        """The metrics that are to be measured of a map; None where its score is not there, either.

        Args:
            picture, mask: SHA-256 of the files.
        """
        if not len(self.maps) or map_keys(picture, method, parameters)[0] not in self.maps:
            return None
        keys = map_keys(picture, method, parameters, mask)
        return tuple(one for one in self.metrics if not self._has(one, keys[on_mask(one)]))

    def _has(self, metric: str, key: bytes) -> bool:
        return metric in self.figures and key in self.figures[metric]


def map_keys(
    picture: str, method: str, parameters: Mapping[str, Any], mask: str | None = None
) -> tuple[bytes, bytes]:
    """16 bytes for a map among those of equal settings, and for it with its mask."""
    key = key_of("", picture, method, parameters)
    return key, key_of("", picture, method, parameters, mask) if mask else key


def needs_no_map(lacking: Sequence[str], mask: Path | None) -> bool:
    """Whether these metrics say nothing but that there is no mask, or there are none."""
    return not lacking or (mask is None and all(map(on_mask, lacking)))


@lru_cache(1024)  # it is asked of each map
def on_mask(metric: str) -> bool:
    """Whether a metric, by its text, compares a map with a mask."""
    return AskedMetric.of_text(metric).on_mask
