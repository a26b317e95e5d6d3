"""The stamp of a study's picture: which kept study it shows, and at which quantile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_core.pictures.png_text import text_of
from xai_core.report.stamp import TextOf, name_in, parsed, text_chunk, unreadable
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
    study = subject.study
    data = {
        "schema": SCHEMA,
        "model": study.model[:300],
        "pictures": len(study.pictures),
        "quantile": subject.quantile,
        "run": subject.run_id,
    }
    return text_chunk(KEY, data)


def read(data: bytes, text_of: TextOf = text_of) -> StudyStamp | None:
    """The stamp of a picture file; None where it has none. `text_of`: reads a chunk of a PNG.

    Raises:
        InputError: there is a stamp that cannot be understood.
    """
    return parsed(text_of(data, KEY), SCHEMA, _checked)


def _checked(found: dict[str, Any]) -> StudyStamp:
    quantile, run = float(found["quantile"]), found["run"]
    if not 0 <= quantile <= 1:
        raise unreadable("its quantile is none")
    return StudyStamp(
        model=name_in(found["model"]),
        pictures=int(found["pictures"]),
        quantile=quantile,
        run=None if run is None else name_in(run),
    )
