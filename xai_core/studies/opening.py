"""Opens a study of any kind: one that was written whole, and the folder of a job."""

from __future__ import annotations

from pathlib import Path

from xai_core.studies import result
from xai_core.studies.jobs.plan import NAME
from xai_core.studies.jobs.result import result_of
from xai_core.studies.result import StudyResult


def open_study(folder: Path | str) -> StudyResult:
    """A study that was kept, by this version or an earlier one; of one that is being computed, what
    is known of it so far.

    Raises:
        InputError: there is none, it is broken or of a later version, or it is too large.
    """
    folder = Path(folder)
    return result_of(folder) if _is_job(folder) else result.open_study(folder)


def is_study(folder: Path) -> bool:
    """Whether a folder holds a study, not a run. Raises `InputError` where it holds neither."""
    return _is_job(folder) or result.is_study(folder)


def _is_job(folder: Path) -> bool:
    return (folder / NAME).is_file()
