"""The size that an error names or leads to, in torch's, timm's and transformers' own words."""

from __future__ import annotations

import pytest

from xai_core.readiness.setting.sizes import Shape, first_fit

FIRST = (3, 224, 224)


def asking(wanted: Shape, words: str) -> Shape | None:
    def attempt(shape: Shape) -> str | None:
        return None if shape == wanted else words.format(*shape)

    return first_fit(attempt, [FIRST])


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ((3, 112, 112), "Input height {1} doesn't match model (112)."),
        ((3, 112, 112), "Input height {1} does not match model 112"),
        ((3, 112, 112), "Input image size ({1}*{2}) doesn't match model (112*112)."),
        ((3, 72, 96), "Expected input of shape (3, 72, 96), got torch.Size([1, 3, 224, 224])"),
        ((1, 64, 64), "expected 1x64x64, not {0}x{1}x{2}"),
        ((3, 64, 64), "The size of tensor a (197) must match the size of tensor b (17) at 1"),
        ((3, 96, 96), "The size of tensor a ({1}) must match the size of tensor b (96) at 3"),
        ((4, 224, 224), "weight of size [8, 4, 3, 3], expected input[1, {0}, {1}, {2}] to have "
         "4 channels, but got {0} channels instead"),
    ],
)  # fmt: skip
def test_named(wanted: Shape, words: str) -> None:
    assert asking(wanted, words) == wanted


@pytest.mark.parametrize(("side", "channels"), [(80, 8), (32, 16), (300, 4), (45, 6)])
def test_solved_for_a_head_behind_flatten(side: int, channels: int) -> None:
    """`mat1 and mat2 shapes cannot be multiplied (1x3200 and 800x10)`, also without padding."""

    def features(size: int) -> int:
        return channels * (((size - 2) // 2 - 2) // 2) ** 2

    def attempt(shape: Shape) -> str | None:
        came, takes = features(shape[1]), features(side)
        told = f"mat1 and mat2 shapes cannot be multiplied (1x{came} and {takes}x10)"
        return None if came == takes else told

    found = first_fit(attempt, [FIRST])
    assert found is not None
    assert features(found[1]) == features(side)


def test_a_hopeless_one_ends() -> None:
    assert first_fit(lambda shape: "no", [FIRST, (3, 32, 32)]) is None
