"""Maps of the pictures that a study's scores point at."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.studies.study_process import METHODS, SETTING, InProcess, subjects
from xai_core import open_summary
from xai_core.base.errors import InputError
from xai_core.pictures import preprocessing
from xai_core.pictures.preprocessing import Prepared
from xai_core.scores.ranking import sweep
from xai_core.studies import computation, selected_maps
from xai_core.studies.computation import conduct
from xai_core.studies.entry import QUANTILES
from xai_core.studies.selected_maps import StudyMaps, clearest_reversals, keep_maps, most_complex
from xai_core.studies.sources import Listed, open_source
from xai_core.studies.sources.folder import FolderSource
from xai_core.studies.store import Study, complete


def test_maps_are_those_that_were_scored_of_the_pictures_that_scores_point_at(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for index in range(6):
        values = rng.integers(0, 255, (20, 20, 3), np.uint8)
        Image.fromarray(values).save(folder / f"{index}.png")
    worker, methods = InProcess(), complete(METHODS)
    study = Study(SETTING, tmp_path)
    conduct(study, subjects(folder), METHODS, lambda: nullcontext(worker))
    summary = open_summary(study.folder, 0.2)
    table = study.table([one.sha256 for one in subjects(folder)], methods).at(0.2)

    highest, lowest = (most_complex(summary, "saliency", 2, least=least) for least in (False, True))
    order = np.argsort(table[:, 0])
    assert highest == [f"{n}.png" for n in order[::-1][:2]]
    assert lowest == [f"{n}.png" for n in order[:2]]
    ahead = table[:, 1] - table[:, 0]
    expected = [f"{n}.png" for n in np.argsort(ahead)[:3] if ahead[n] < 0]
    assert clearest_reversals(summary, "saliency", "smoothgrad", 3) == expected

    maps = StudyMaps(SETTING, study.folder)
    names = [*lowest, "gone.png"]
    refused = keep_maps(maps, open_source(folder), names, METHODS, lambda: nullcontext(worker))
    assert set(refused) == {"gone.png"}
    assert len(list((study.folder / "maps").glob("*.npy"))) == 6
    for one in subjects(folder):
        found = maps.entry(one.sha256, "smoothgrad", methods["smoothgrad"])
        assert (found is not None) == (one.name in lowest)
        entry = study.entry(one.sha256, "smoothgrad", methods["smoothgrad"])
        if found is not None and entry is not None:
            again = sweep(np.abs(found)[None].astype(np.float64), QUANTILES)[0]
            np.testing.assert_allclose(again, entry.curve, atol=1e-5)


def test_what_a_study_does_not_have_is_said(tmp_path: Path) -> None:
    study = Study(SETTING, tmp_path)
    study.keep("a" * 64, "saliency", {}, study.of_failure(None, "No."))
    study.flush()
    summary = open_summary(study.folder)
    assert most_complex(summary, "saliency", 3) == []
    with pytest.raises(InputError, match="no method 'x'"):
        most_complex(summary, "x", 3)
    with pytest.raises(InputError, match="From 1 to"):
        most_complex(summary, "saliency", 0)


def test_pictures_are_decoded_elsewhere_and_few_are_fetched_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for index in range(5):
        values = np.full((20, 20, 3), 40 * index, np.uint8)
        Image.fromarray(values).save(pictures / f"{index}.png")
    held: list[int] = []

    class Remote(FolderSource):
        def local(self, listed: Listed, folder: Path) -> Path:
            found = folder / listed.name
            found.write_bytes((pictures / listed.name).read_bytes())
            held.append(len(list(folder.iterdir())))
            return found

    def here(*_: object) -> Prepared:
        raise AssertionError("decoded in the caller's process")

    monkeypatch.setattr(selected_maps, "LARGEST", 2)
    for module in (computation, preprocessing):
        monkeypatch.setattr(module, "open_picture", here)
    maps, worker = StudyMaps(SETTING, tmp_path / "study"), InProcess()
    source = Remote(open_source(pictures).location)
    for _ in range(2):  # None: of all
        assert not keep_maps(maps, source, None, {"saliency": {}}, lambda: nullcontext(worker))
    assert held == [1, 2, 1, 2, 1] * 2
    folder = tmp_path / "study" / "maps"
    lines = [line.split(",") for line in (folder / "maps.csv").read_text().splitlines()]
    assert [line[1] for line in lines] == ["picture", *(f"{index}.png" for index in range(5))]
    assert {line[0] for line in lines[1:]} == {one.name for one in folder.glob("*.npy")}
