"""A study keeps to the pace that it began with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.studies.study_process import SETTING, InProcess
from tests.studies.study_run import run
from xai_core.attribution.batches.order import Found
from xai_core.base.errors import InputError
from xai_core.base.pace import Pace
from xai_core.studies.store import PACE, Study


class Watched(InProcess):
    """Remembers how each method was run."""

    def __init__(self) -> None:
        super().__init__()
        self.paces: set[tuple[str, Pace]] = set()

    def explain_many(self, *args: Any, **call: Any) -> tuple[Found, ...]:
        self.paces |= {(name, call["pace"]) for name in args[1]}
        return super().explain_many(*args, **call)


def test_a_study_keeps_to_the_pace_that_it_began_with(tmp_path: Path, pictures: Path) -> None:
    methods: Any = {"saliency": {}, "smoothgrad": {"m": 8}}
    expected = {("saliency", Pace(3, True)), ("smoothgrad", Pace(3, True))}
    study, worker = Study(SETTING, tmp_path), Watched()
    assert not study.begun
    study.keep_to(Pace(3, True))
    assert study.begun
    run(tmp_path, pictures, worker, methods=methods)
    assert worker.paces == expected
    again = Study(SETTING, tmp_path)
    again.keep_to(Pace(5))
    assert again.pace == Pace(3, True)
    worker = Watched()
    run(tmp_path, pictures, worker, methods={"smoothgrad": {"m": 9}})
    assert worker.paces == {("smoothgrad", Pace(3, True))}


def test_a_study_refuses_autocast_whose_effect_it_would_not_keep(tmp_path: Path) -> None:
    study = Study(SETTING, tmp_path)
    with pytest.raises(InputError, match="float32"):
        study.keep_to(Pace(3, autocast=True))
    assert not study.begun


@pytest.mark.parametrize("data", [None, b"", b"4,sideways,0", bytes(range(128, 256))])
def test_a_study_of_before_or_with_a_broken_pace_has_the_plain_one(
    tmp_path: Path, pictures: Path, data: bytes | None
) -> None:
    study = run(tmp_path, pictures)
    (study.folder / "setting.json").unlink()
    if data is not None:
        (study.folder / PACE).write_bytes(data)
    study.keep_to(Pace(3, True))
    assert study.pace == Pace()
