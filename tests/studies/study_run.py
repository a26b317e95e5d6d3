"""A study of noise pictures in this process, and its table as another process finds it."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

from tests.studies.study_process import METHODS, SETTING, InProcess, subjects
from xai_core.studies.computation import conduct
from xai_core.studies.store import Study, Table, complete


def run(folder: Path, pictures: Path, worker: InProcess | None = None, **given: Any) -> Study:
    """A study that was computed; `given` goes to `conduct`."""
    study = Study(given.pop("setting", SETTING), folder)
    methods = given.pop("methods", METHODS)
    used = worker or InProcess()
    conduct(study, subjects(pictures), methods, lambda: nullcontext(used), **given)
    return study


def table(folder: Path, pictures: Path, methods: Any = METHODS) -> Table:
    """As a process finds it that has just started."""
    return Study(SETTING, folder).table(
        [one.sha256 for one in subjects(pictures)], complete(methods)
    )
