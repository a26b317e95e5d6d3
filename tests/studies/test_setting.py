"""What makes another study of the same pictures, and what does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.studies.study_process import SETTING, InProcess
from tests.studies.study_run import run


@pytest.mark.parametrize(
    "change",
    [{"seed": 4}, {"model_sha256": "1" * 64}, {"target": 1}],
    ids=["seed", "model", "target"],
)
def test_another_setting_is_another_study(
    tmp_path: Path, pictures: Path, change: dict[str, Any]
) -> None:
    run(tmp_path, pictures)
    worker = InProcess()
    run(tmp_path, pictures, worker, setting=replace(SETTING, **change))
    assert len(worker.asked) == 15


def test_the_quantile_is_no_part_of_a_setting(tmp_path: Path) -> None:
    other = replace(SETTING, recipe=replace(SETTING.recipe, quantile=0.7, crop=(0, 0, 5, 5)))
    assert other.key == SETTING.key
    signed = replace(SETTING, recipe=replace(SETTING.recipe, sign="as-is"))
    assert signed.key != SETTING.key


def test_python_files_count_by_their_bytes(tmp_path: Path) -> None:
    def key(name: str, text: str) -> str:
        (tmp_path / name).write_text(text)
        options = replace(SETTING.options, code=(tmp_path / name,))
        return replace(SETTING, options=options).key

    assert key("a.py", "x = 1") == key("b.py", "x = 1") != key("c.py", "x = 2")
