"""Maps of many pictures: computed once, found again, by a run that has no model any more."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.runs.small import small_run
from tests.studies.study_process import InProcess
from xai_core.base.errors import Cancelled
from xai_core.maps.canonical import before_removal
from xai_core.maps.recipe import Recipe
from xai_core.models.peek.digest import digest
from xai_core.pictures.preprocessing import InputSpec
from xai_core.studies import chunk
from xai_core.studies.computation import Subject, conduct
from xai_core.studies.kept_maps import SHORT, KeptMaps, origin_of, seen
from xai_core.studies.store import complete

SPEC = InputSpec(height=20, width=20, fit="letterbox")
METHODS = complete({"saliency": {}, "smoothgrad": {"m": 3}})
RUN = small_run(input_spec=SPEC)


@pytest.fixture
def subjects(tmp_path: Path) -> list[Subject]:
    """Three pictures, twice as wide as high: the input has padding above and below."""
    found = []
    for index in range(3):
        path = tmp_path / f"{index}.png"
        noise = np.random.default_rng(index).integers(0, 255, (20, 40, 3), np.uint8)
        Image.fromarray(noise).save(path)
        found.append(Subject(path.name, path, digest(path).sha256))
    return found


def kept(folder: Path, **changes: object) -> KeptMaps:
    origin = origin_of(RUN, "sum")
    assert origin is not None
    return KeptMaps(replace(origin, **changes), folder)  # type: ignore[arg-type]


def test_they_are_computed_once_and_found_by_the_first_digits(
    tmp_path: Path, subjects: list[Subject]
) -> None:
    worker, maps = InProcess(), kept(tmp_path / "kept")
    refused = conduct(maps, subjects, METHODS, lambda: nullcontext(worker))
    assert not refused
    assert len(worker.asked) == 6
    for one in subjects:
        found = maps.entry(one.sha256[:SHORT], "saliency", METHODS["saliency"])
        assert found is not None
        assert found.shape == (10, 20), "without the padding"
    conduct(kept(tmp_path / "kept"), subjects, METHODS, lambda: nullcontext(worker))
    assert len(worker.asked) == 6, "another visit computes nothing again"
    other = {**METHODS, "smoothgrad": {**METHODS["smoothgrad"], "m": 4}}
    conduct(kept(tmp_path / "kept"), subjects, other, lambda: nullcontext(worker))
    assert worker.asked[6:] == ["smoothgrad"] * 3


def test_a_cancel_keeps_what_is_done(
    tmp_path: Path, subjects: list[Subject], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunk, "SAMPLES", 4)  # a picture by both methods
    worker, maps = InProcess(), kept(tmp_path / "kept")

    def stop(done: int, total: int) -> None:
        if done > 5:  # in the second picture
            raise Cancelled

    with pytest.raises(Cancelled):
        conduct(maps, subjects, METHODS, lambda: nullcontext(worker), progress=stop)
    done = [maps.knows(one.sha256, "saliency", METHODS["saliency"]) for one in subjects]
    assert done[0]
    assert not done[-1]


def test_a_method_that_is_not_defined_is_not_asked_again(
    tmp_path: Path, subjects: list[Subject]
) -> None:
    from torch import nn

    worker, maps = InProcess(nn.SiLU()), kept(tmp_path / "kept")
    methods = complete({"guided-backprop": {}})
    for _ in range(2):
        conduct(maps, subjects, methods, lambda: nullcontext(worker))
    assert len(worker.asked) == 3
    found = maps.entry(subjects[0].sha256, "guided-backprop", methods["guided-backprop"])
    assert found is not None
    assert found.size == 0


@pytest.mark.parametrize("sign", ["absolute", "positive", "negative", "as-is"])
def test_a_kept_map_is_seen_as_the_map_itself(tmp_path: Path, sign: str) -> None:
    one, content = RUN.attributions["saliency"], (2, 0, 14, 16)
    for channels in ("sum", "l2", "max-abs"):
        maps = kept(tmp_path, channels=channels)
        maps.keep("0" * 64, "saliency", {}, maps.of_map(one, content))
        recipe = Recipe(channels, sign, content, (6, 8), None)  # type: ignore[arg-type]
        found = maps.entry("0" * 64, "saliency", {})
        assert found is not None
        direct = before_removal(one, recipe)[0]
        np.testing.assert_allclose(seen(found, recipe), direct, rtol=1e-5, atol=1e-6)


def test_what_changes_the_maps_changes_their_place(tmp_path: Path) -> None:
    places = {
        kept(tmp_path).folder,
        kept(tmp_path, target=0).folder,
        kept(tmp_path, seed=1).folder,
        kept(tmp_path, channels="l1").folder,
        kept(tmp_path, spec=InputSpec()).folder,
        kept(tmp_path, model_sha256="f" * 64).folder,
        kept(tmp_path, code=("0" * 64,)).folder,
    }
    assert len(places) == 7


def test_a_broken_file_is_computed_again(tmp_path: Path) -> None:
    maps = kept(tmp_path)
    whole = maps.of_map(RUN.attributions["saliency"], RUN.content)
    maps.keep("0" * 64, "saliency", {}, whole)
    (path,) = maps.folder.iterdir()
    path.write_bytes(path.read_bytes()[:50])
    assert not maps.knows("0" * 64, "saliency", {})


def test_an_early_run_does_not_say_enough() -> None:
    assert origin_of(replace(RUN, input_spec=None), "sum") is None
    assert origin_of(replace(RUN, attributions={}), "sum") is None
