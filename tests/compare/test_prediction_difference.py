"""Two predictions side by side, worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from xai_core.compare.predictions import Classes, counterparts, prediction_difference
from xai_core.targets import Prediction


def classes(*scores: float, labels: tuple[str, ...] | None = None) -> Classes:
    kind = "classes" if len(scores) > 1 else "scalar"
    given = np.array([scores], dtype=np.float32)
    return Classes(Prediction(kind, "", given, given.shape), labels)  # type: ignore[arg-type]


def test_the_top_classes_of_both_with_the_scores_in_both() -> None:
    first, second = classes(0, math.log(3), 0), classes(math.log(8), math.log(2), 0)
    found = prediction_difference(first, second, count=1)
    assert [one.label for one in found.classes] == ["class 1", "class 0"]
    one, zero = found.classes
    assert one.probability == pytest.approx((3 / 5, 2 / 11))
    assert zero.probability == pytest.approx((1 / 5, 8 / 11))
    assert one.difference == pytest.approx(math.log(2 / 3), abs=1e-6)
    assert found.largest is not None
    assert found.largest.index == (0, 0)
    assert found.largest.difference == pytest.approx(math.log(8), abs=1e-6)
    assert (found.same_top, found.matched, found.by_name) == (False, 3, False)


def test_names_go_before_numbers() -> None:
    first = classes(2, 1, 0, labels=("bridge", "break", "none"))
    second = classes(5, 6, labels=("none", "bridge"))
    assert counterparts(first, second) == {0: 1, 2: 0}
    found = prediction_difference(first, second)
    assert found.same_top
    assert found.by_name
    assert [(one.label, one.index) for one in found.classes] == [
        ("bridge", (0, 1)),
        ("break", (1, None)),
        ("none", (2, 0)),
    ]
    assert found.classes[1].difference is None
    assert found.classes[1].probability[1] is None


def test_without_names_in_common_as_many_classes_go_by_number() -> None:
    named = ("a", "b")
    assert counterparts(classes(1, 2, labels=named), classes(3, 4)) == {0: 0, 1: 1}
    twice = classes(3, 4, labels=("a", "a"))
    assert counterparts(classes(1, 2, labels=named), twice) == {0: 0, 1: 1}
    assert counterparts(classes(1, 2, labels=named), classes(3, 4, 5)) == {}


def test_other_classes_are_not_compared() -> None:
    found = prediction_difference(classes(1, 2), classes(3, 4, 5), count=1)
    assert (found.same_top, found.largest, found.matched) == (None, None, 0)
    assert [one.index for one in found.classes] == [(1, None), (None, 2)]


def test_a_single_output_has_a_score_and_no_probability() -> None:
    found = prediction_difference(classes(3.5), classes(3.0))
    (only,) = found.classes
    assert (only.label, only.score, only.probability) == ("the only output", (3.5, 3), (None, None))
    assert only.difference == -0.5
