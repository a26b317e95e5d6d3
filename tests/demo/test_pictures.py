"""The pictures are the same everywhere, and their truth is where they say."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from scripts.wafer.defects import DEFECTS
from scripts.wafer.examples import drawn as drawn_by
from scripts.wafer.generator import wafer_picture
from xai_core.base.errors import InputError
from xai_core.demo.wafer.examples import EXAMPLES, truth_of
from xai_core.demo.wafer.kinds import KINDS, NONE

PAIRS = [(one.kind, pattern) for one in DEFECTS.values() for pattern in one.patterns]


def test_every_kind_is_drawn_by_the_generator() -> None:
    assert (NONE, *DEFECTS) == KINDS


def test_a_seed_always_gives_the_same_picture() -> None:
    one, two, other = wafer_picture(5), wafer_picture(5), wafer_picture(6)
    np.testing.assert_array_equal(one.pixels, two.pixels)
    assert (one.kind, one.pattern, one.size_px) == (two.kind, two.pattern, two.size_px)
    assert (one.pixels != other.pixels).any()


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_files_are_what_the_generator_draws(name: str) -> None:
    drawn = drawn_by(EXAMPLES[name])
    kept = np.asarray(Image.open(EXAMPLES[name].path)).astype(int)
    # Another processor may round a few pixels to the neighbouring grey.
    assert np.abs(kept - drawn.pixels).max() <= 1
    assert (kept != drawn.pixels).mean() < 0.001
    mask = np.asarray(Image.open(EXAMPLES[name].mask_path)) > 0
    assert (mask != drawn.mask).sum() <= 2


@pytest.mark.parametrize(("kind", "pattern"), PAIRS)
@pytest.mark.parametrize("seed", range(6))
def test_the_mask_is_where_the_picture_differs_from_one_without_the_defect(
    kind: str, pattern: str, seed: int
) -> None:
    broken, sound = wafer_picture(seed, kind, pattern), wafer_picture(seed, NONE, pattern)
    changed = np.abs(broken.pixels.astype(int) - sound.pixels) > 8
    assert changed[broken.mask].mean() > 0.8
    reach = np.lib.stride_tricks.sliding_window_view(np.pad(broken.mask, 4), (9, 9)).any((2, 3))
    assert not changed[~reach].any()


@pytest.mark.parametrize(("kind", "pattern"), PAIRS)
def test_every_kind_stands_out_of_the_noise(kind: str, pattern: str) -> None:
    ratios = []
    for seed in range(8):
        broken, sound = wafer_picture(seed, kind, pattern), wafer_picture(seed, NONE, pattern)
        contrast = np.abs(broken.pixels.astype(float) - sound.pixels)[broken.mask].mean()
        rough = np.diff(sound.pixels.astype(float), axis=1)
        ratios.append(contrast / (1.4826 * np.median(np.abs(rough)) / np.sqrt(2)))
    assert np.median(ratios) > 1.5
    assert min(ratios) > 0.8


def test_sizes_vary_and_are_the_mask_s() -> None:
    pictures = [wafer_picture(seed, "particle") for seed in range(20)]
    sizes = [one.size_px for one in pictures]
    assert max(sizes) > 2 * min(sizes)
    assert all(np.isclose(np.pi * (one.size_px / 2) ** 2, one.mask.sum()) for one in pictures)
    assert wafer_picture(0, NONE).size_px == 0


def test_all_kinds_are_drawn() -> None:
    assert {wafer_picture(seed).kind for seed in range(60)} == set(KINDS)


@pytest.mark.parametrize(("kind", "pattern"), [("dent", None), ("break", "contacts")])
def test_what_does_not_exist_is_refused(kind: str, pattern: str | None) -> None:
    with pytest.raises(InputError, match=kind):
        wafer_picture(0, kind, pattern)


def test_the_truth_is_known_for_the_demo_s_pictures_only() -> None:
    drawn = drawn_by(EXAMPLES["bridge"])
    pixels = np.repeat(np.asarray(Image.open(EXAMPLES["bridge"].path))[..., None], 3, 2)
    assert (truth_of(pixels) != drawn.mask).sum() <= 2
    assert truth_of(pixels[::-1].copy()) is None
    assert truth_of(pixels[:64]) is None
    sound = np.repeat(np.asarray(Image.open(EXAMPLES["no-defect"].path))[..., None], 3, 2)
    assert truth_of(sound) is None
