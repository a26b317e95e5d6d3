"""The stamp of a study's picture: which kept study it shows, and at which quantile."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xai_core.report.stamp import name_in, text_of, unreadable
from xai_core.report.study.subject import StudySubject

if TYPE_CHECKING:
    from PIL.PngImagePlugin import PngInfo

KEY, SCHEMA = "pedestal-study", 1


@dataclass(frozen=True)
class StudyStamp:
    """run: where the study was kept; None where it was not."""

    model: str
    pictures: int
    quantile: float
    run: str | None


def chunk(subject: StudySubject) -> PngInfo:
    """The stamp as a text chunk of a PNG."""
    from PIL.PngImagePlugin import PngInfo

    study = subject.study
    data = {
        "schema": SCHEMA,
        "model": study.model[:300],
        "pictures": len(study.pictures),
        "quantile": subject.quantile,
        "run": subject.run_id,
    }
    info = PngInfo()
    info.add_itxt(KEY, json.dumps(data, sort_keys=True), zip=True)
    return info


def read(data: bytes) -> StudyStamp | None:
    """The stamp of a picture file; None where it has none.

    Raises:
        InputError: there is a stamp that cannot be understood.
    """
    text = text_of(data, KEY)
    if text is None:
        return None
    try:
        found = json.loads(text)
        quantile = float(found["quantile"])
        if found["schema"] != SCHEMA or not 0 <= quantile <= 1:
            raise unreadable("a later version of Pedestal wrote it")
        run = found["run"]
        return StudyStamp(
            model=name_in(found["model"]),
            pictures=int(found["pictures"]),
            quantile=quantile,
            run=None if run is None else name_in(run),
        )
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as cause:
        raise unreadable(type(cause).__name__) from cause
