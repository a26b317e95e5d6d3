"""Maps of a study are kept by its workers: by name at once, by score in a second pass."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.studies.jobs.tiny import make, rows
from xai_core import open_summary
from xai_core.base.errors import Cancelled
from xai_core.scores.ranking import QUANTILES, sweep
from xai_core.studies.jobs.driver import run_job
from xai_core.studies.jobs.plan import Plan, read_plan
from xai_core.studies.jobs.status import Status, read_status, told
from xai_core.studies.maps.files import StudyMaps
from xai_core.studies.maps.listing import NAME
from xai_core.studies.selected_maps import most_complex
from xai_core.studies.setting import EACH


def listed(folder: Path, *, stopped: bool = False) -> set[str]:
    """Pictures in the list of maps. stopped: some are not told yet, and none is told too many."""
    with (folder / "maps" / NAME).open(newline="") as file:
        found = list(csv.DictReader(file))
    there = {one.name for one in (folder / "maps").glob("*.npy")}
    assert {one["file"] for one in found} <= there
    assert stopped or len(found) == len(there)
    return {one["picture"] for one in found}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Nine pictures, one of them broken, in a manifest that gives the first one a mask."""
    found = make(tmp_path_factory.mktemp("maps"), 9)
    pictures, mask = Path(found.where), np.zeros((16, 16), np.uint8)
    mask[4:9, 3:12] = 255
    for name in ("first", "other"):
        Image.fromarray(mask if name == "first" else mask.T).save(pictures.parent / f"{name}.png")
    lines = [f"pictures/{n:03d}.png,{n:03d}.png,{'first.png' if n == 0 else ''}" for n in range(9)]
    manifest = pictures.parent / "list.csv"
    manifest.write_text("\n".join(["path,name,mask", *lines]))
    setting = replace(found.setting, metrics=("pointing-game",), truths=None)
    return replace(found, setting=setting, where=str(manifest), workers=1)


def test_workers_keep_maps_and_go_on_where_they_were_stopped(plan: Plan, tmp_path: Path) -> None:
    def stop(status: Status) -> None:
        if status.maps_total is not None:  # in the second pass
            raise Cancelled

    asked = replace(plan, maps=("003.png", "007.png", "gone.png", "least:2"))
    with pytest.raises(Cancelled):
        run_job(asked, tmp_path, stop)
    assert read_status(tmp_path).state == "cancelled"
    by_name, before = listed(tmp_path, stopped=True), rows(tmp_path)
    assert "003.png" in by_name, "in the first pass"
    run_job(read_plan(tmp_path).with_trust(False), tmp_path)
    summary = open_summary(tmp_path, 0.2)
    least = {one for name in plan.methods for one in most_complex(summary, name, 2, least=True)}
    assert listed(tmp_path) == {"003.png"} | least
    status = read_status(tmp_path)
    assert (status.maps, status.maps_total) == (len({"003.png"} | least),) * 2
    assert "no map of gone.png: it is not in the source" in list(told(status))
    assert rows(tmp_path).keys() == before.keys(), "no row comes twice"

    maps = StudyMaps(plan.setting, tmp_path)
    row = next(one for one in before.values() if one.name == "003.png")
    kept = maps.entry(row.picture, row.method, row.parameters)
    assert kept is not None
    again = sweep(np.abs(kept)[None].astype(np.float64), QUANTILES)[0]
    np.testing.assert_allclose(again, row.curve, atol=1e-5)

    _another_mask(plan, tmp_path)


def _another_mask(plan: Plan, folder: Path) -> None:
    """Only its picture is computed again; all maps are kept in that pass."""
    assert plan.setting.truths == EACH
    manifest = Path(plan.where)
    text = manifest.read_text()
    manifest.write_text(text.replace("first.png", "other.png"))
    status = run_job(replace(plan, maps=("all",)), folder)
    found = rows(folder)
    assert len([one for one in found.values() if one.name == "000.png"]) == 4
    assert {one.mask for one in found.values() if one.name == "001.png"} == {None}
    assert len(found) == 8 * 2 + 1 + 2
    assert len(listed(folder)) == 8
    assert status.maps == 8
    manifest.write_text(text)
    assert run_job(plan, folder).new == 0, "what the first mask gave is still there"
