"""What goes to a worker and what comes back: names and places there, numbers here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xai_core.studies.shards import Row
from xai_core.studies.sources import Listed


@dataclass(frozen=True)
class Chunk:
    """Pictures that one worker computes in a go.

    Attributes:
        number: unique within a job. maps: names of those whose maps are kept.
        unmeasured: without the study's metrics, one of which may end the worker.
    """

    number: int
    pictures: tuple[Listed, ...]
    maps: frozenset[str] = frozenset()
    unmeasured: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a chunk has ended: with rows, with a death, or with an error that ends the job.

    Attributes:
        rows: of every picture that was not known; a refused one has a row with its cause.
        known: how many pictures had all their rows already; refused: how many of those were so.
        died: why the worker died, for a person; nothing of the chunk is there then.
        failure: as `XaiError.to_dict` has it: no worker could do any better.
        seconds: that it took.
        mapped: name and SHA-256 of each picture whose maps are kept now, as was asked.
    """

    chunk: Chunk
    rows: tuple[Row, ...] = ()
    known: int = 0
    refused: int = 0
    died: str = ""
    failure: Mapping[str, Any] | None = None
    seconds: float = 0.0
    mapped: tuple[tuple[str, str], ...] = ()
