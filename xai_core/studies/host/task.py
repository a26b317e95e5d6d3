"""What every worker of a study needs to know; paths and settings, no picture and no weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xai_core.base.pace import Pace
from xai_core.studies.reuse.coverage import Coverage
from xai_core.studies.setting import Setting
from xai_core.studies.sources import Source


@dataclass(frozen=True)
class Task:
    """One study.

    Attributes:
        model: its file, which every worker can read. name: what a person calls it.
        setting: with the SHA-256 that the file must have, and how it is opened.
        source: of the pictures. methods: with all their parameters. pace: for every map.
        time_limit: seconds that a step of a worker may take without a sign of life.
        folder: of the study, where pictures of baselines lie and maps are kept; every worker can
            read and write it.
        coverage: what other studies of the same maps have: no worker measures it again.
    """

    model: Path
    name: str
    setting: Setting
    source: Source
    methods: Mapping[str, Mapping[str, Any]]
    pace: Pace = field(default_factory=Pace)
    time_limit: float | None = None
    folder: Path | None = None
    coverage: Coverage = field(default_factory=Coverage)
