"""What part of an output is explained."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from xai_core import XaiError
from xai_core.targets import main_output, output_kind, pick, predict, resolve_target, score_matrix

SCORES = torch.tensor([[0.1, 2.0, -1.0], [3.0, 0.0, 1.0]])


@pytest.mark.parametrize(
    ("output", "path"),
    [
        (SCORES, ""),
        ((SCORES, torch.zeros(1)), "[0]"),
        ({"features": torch.zeros(2, 9), "logits": SCORES}, "['logits']"),
        ({"aux": {"out": SCORES}}, "['aux']['out']"),
        ([torch.zeros(2, dtype=torch.long), SCORES], "[1]"),
    ],
)
def test_the_scores_are_found_in_nested_outputs(output: Any, path: str) -> None:
    found, tensor = main_output(output)
    assert found == path
    assert tensor is SCORES


@pytest.mark.parametrize("output", [3, "text", None, [], torch.zeros(2, dtype=torch.long)])
def test_an_output_without_scores_is_told(output: Any) -> None:
    with pytest.raises(XaiError, match="no tensor of floating-point scores"):
        main_output(output)


@pytest.mark.parametrize(
    ("shape", "batch", "matrix", "kind"),
    [
        ((2, 5), 2, (2, 5), "classes"),
        ((2, 1), 2, (2, 1), "scalar"),
        ((2,), 2, (2, 1), "classes"),
        ((1,), 1, (1, 1), "scalar"),
        ((), 1, (1, 1), "scalar"),
        ((5,), 1, (1, 5), "classes"),
        ((2, 4, 8, 8), 2, (2, 4), "dense"),
        ((2, 8, 8), 2, (2, 1), "dense"),
    ],
)
def test_shapes_become_a_matrix_of_scores(
    shape: tuple[int, ...], batch: int, matrix: tuple[int, ...], kind: str
) -> None:
    tensor = torch.rand(shape)
    assert tuple(score_matrix(tensor, batch).shape) == matrix
    if shape != (2,):
        assert output_kind(tensor) == kind


def test_a_dense_map_is_averaged_over_the_picture() -> None:
    tensor = torch.arange(16.0).reshape(1, 2, 2, 4)
    assert score_matrix(tensor, 1).tolist() == [[3.5, 11.5]]


def test_a_first_axis_that_is_not_the_batch_is_told() -> None:
    with pytest.raises(XaiError, match="first axis is 3 for a batch of 2"):
        score_matrix(torch.zeros(3, 4), 2)


def test_the_top_class_is_chosen_by_sample_and_an_index_for_all() -> None:
    assert resolve_target(SCORES, None) == (1, 0)
    assert resolve_target(SCORES, 2) == (2, 2)
    assert resolve_target(torch.zeros(2, 1), None) == (None, None)
    assert pick(SCORES, 2).tolist() == [-1.0, 1.0]
    assert pick(torch.ones(2, 1), None).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("target", [-1, 3, 1000])
def test_a_class_that_is_not_there_is_refused(target: int) -> None:
    with pytest.raises(XaiError, match="There is no class"):
        resolve_target(SCORES, target)


def test_probabilities_are_softmax_of_logits_and_left_alone_if_they_are_some() -> None:
    assert predict(SCORES, 2).probabilities.sum(1) == pytest.approx([1.0, 1.0])
    given = torch.tensor([[0.25, 0.75]])
    assert predict(given, 1).probabilities.tolist() == [[0.25, 0.75]]
