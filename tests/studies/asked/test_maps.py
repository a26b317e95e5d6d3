"""Which maps are kept: by words, from scores."""

from __future__ import annotations

import numpy as np
import pytest

from xai_core.base.errors import InputError
from xai_core.studies.asked.maps import MapChoice

NAN = float("nan")
SCORES = np.array([[1.0, 5.0], [2.0, 1.0], [NAN, 4.0], [4.0, 6.0], [3.0, 9.0]])


def rows(*words: str) -> list[int]:
    return MapChoice.of_words(words).rows(SCORES)


def test_the_scores_point_at_pictures() -> None:
    assert rows("least:1") == [0, 1]
    assert rows("most:1") == [3, 4]
    assert rows("reversed") == [1], "on it the second is less complex, though its mean is higher"
    assert rows("least:1", "most:1", "reversed:5") == [0, 1, 3, 4]
    assert rows("all") == [0, 1, 2, 3, 4]
    assert rows("a.png") == []
    assert MapChoice.of_words(["a.png", "b:c.png"]).names == ("a.png", "b:c.png")
    assert not MapChoice.of_words(["all", "none"])
    assert not MapChoice.of_words([])


@pytest.mark.parametrize("word", ["least", "most:0", "reversed:x", "least:1001"])
def test_a_count_that_is_none_is_refused(word: str) -> None:
    with pytest.raises(InputError, match="number"):
        MapChoice.of_words([word])
