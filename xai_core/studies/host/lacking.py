"""What a picture lacks: maps, or only figures that need none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from xai_core.studies.figures.measured import NO_MASK
from xai_core.studies.host.task import Task
from xai_core.studies.host.truth import MaskFile
from xai_core.studies.maps.files import StudyMaps
from xai_core.studies.reuse.coverage import needs_no_map
from xai_core.studies.shards import Row, key_of
from xai_core.studies.shards.keys import Keys
from xai_core.studies.sources import Listed


@dataclass(frozen=True)
class Lacking:
    """As `Ready` has it."""

    missing: tuple[str, ...]
    metrics: tuple[str, ...]
    rows: tuple[Row, ...]


class Lacks:
    """Knows that of the pictures of a task. Arguments as of `Looker`."""

    def __init__(self, task: Task, known: Keys, maps: StudyMaps | None) -> None:
        self._task, self._known, self._key, self._maps = task, known, task.setting.key, maps

    def of(self, listed: Listed, picture: str, mask: MaskFile, mapped: bool) -> Lacking:
        """What one lacks. mapped: its maps are wanted, too."""
        missing, metrics, rows = list[str](), set[str](), list[Row]()
        for name, given in self._task.methods.items():
            unmapped = mapped and not self._has_map(picture, name, given)
            if key_of(self._key, picture, name, given, mask.sha256) in self._known:
                missing += [name] if unmapped else []
                continue
            lacking = self._task.coverage.lacking(picture, name, given, mask.sha256)
            if lacking is None or unmapped or not needs_no_map(lacking, mask.path):
                missing.append(name)
                metrics.update(self._task.setting.metrics if lacking is None else lacking)
            else:
                why = dict.fromkeys(lacking, mask.cause or NO_MASK)
                row = Row.without_map(picture, listed.name, name, given, why)
                rows.append(replace(row, label=listed.label, mask=mask.sha256))
        wanted = tuple(one for one in self._task.setting.metrics if one in metrics)
        return Lacking(tuple(missing), wanted, tuple(rows))

    def _has_map(self, picture: str, method: str, parameters: Mapping[str, Any]) -> bool:
        return self._maps is None or self._maps.knows(picture, method, parameters)
