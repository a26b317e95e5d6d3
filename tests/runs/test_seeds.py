"""Further seeds of a run: only what draws is computed again, and the order is told by all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.runs.small import small_run
from tests.runs.test_leaders import run_with
from xai_core.attribution.result import Attribution
from xai_core.base.errors import Cancelled, InputError
from xai_core.maps.recipe import Recipe
from xai_core.runs.reading import open_run
from xai_core.runs.run import Run
from xai_core.runs.seeds import cost, drawing, more_seeds
from xai_core.runs.store import RunStore
from xai_core.scores.margin import spreads_of
from xai_core.scores.seeds import STUDENT, SeedScores

INPUTS = np.zeros((1, 3, 16, 16), np.float32)


class Drawing:
    """An explainer whose maps are noise by seed; it stops after some calls."""

    def __init__(self, run: Run, calls: int = 99) -> None:
        self.run, self.left, self.asked = run, calls, list[tuple[str, int]]()

    def explain(
        self, _inputs: Any, _target: Any, method: str, seed: int, _given: Any, **_: Any
    ) -> Attribution:
        if not self.left:
            raise Cancelled
        self.left -= 1
        self.asked.append((method, seed))
        one = self.run.attributions[method]
        values = np.random.default_rng(seed).normal(size=one.values.shape).astype(np.float32)
        return replace(one, values=values, seed=seed)


def computed(run: Run, count: int, recipe: Recipe | None = None, **how: Any) -> SeedScores:
    explainer: Any = how.pop("by", None) or Drawing(run)
    return more_seeds(explainer, run, INPUTS, recipe or run.recipe, count, **how)


def test_only_what_draws_is_computed_again_and_more_seeds_follow() -> None:
    run = run_with(0.01)
    by = Drawing(run)
    found = computed(run, 2, by=by)
    assert by.asked == [("smoothgrad", 1), ("smoothgrad", 2)]
    assert found.seeds == (0, 1, 2)
    assert np.ptp(found.curves["saliency"], axis=0).max() == 0
    run = replace(run, seeds=found)
    assert computed(run, 1).seeds == (0, 1, 2, 3)
    assert computed(run, 1, Recipe(sign="positive")).seeds == (0, 1)  # of other maps
    assert list(drawing(run)) == ["smoothgrad"]
    assert cost(run, 4)[1] == pytest.approx(4 * run.attributions["smoothgrad"].seconds)
    with pytest.raises(InputError, match="drawn at random"):
        computed(small_run(), 1)


@pytest.mark.parametrize("changes", [{"parameters": {"gone": 1}}, {"method": "of-another-version"}])
def test_a_map_that_cannot_be_computed_again_is_not_taken_for_one_that_no_seed_moves(
    changes: dict[str, Any],
) -> None:
    run = run_with(0.01)
    old = replace(run.attributions["smoothgrad"], **changes)
    maps = {**run.attributions, changes.get("method", "smoothgrad"): old}
    run = replace(run, attributions=maps)
    assert drawing(run) == {}
    assert cost(run, 4) == (0, 0)
    with pytest.raises(InputError, match="another version"):
        computed(run, 1)


def test_their_spread_takes_the_place_of_what_the_draws_tell() -> None:
    run = run_with(0.01)
    found = computed(run, 4)
    raw = found.curves["smoothgrad"][:, 0].std(ddof=1)
    told = spreads_of(run.attributions, 0.2, found)
    assert told["smoothgrad"].raw == pytest.approx(raw * STUDENT[3] / STUDENT[8])
    assert told["saliency"].raw == 0
    assert spreads_of(run.attributions, 0.2)["smoothgrad"].raw == 0.01


def test_seeds_that_were_finished_before_a_cancel_are_told() -> None:
    run, seen = run_with(0.01), list[SeedScores]()
    with pytest.raises(Cancelled):
        computed(run, 5, by=Drawing(run, calls=2), arrived=seen.append)
    assert [len(one.seeds) for one in seen] == [2, 3]


def test_they_are_kept_beside_the_run_and_a_broken_file_loses_only_them(tmp_path: Path) -> None:
    run, store = run_with(0.01), RunStore(tmp_path)
    kept = store.save(run)
    assert store.open(kept).seeds is None
    found = computed(run, 2)
    replace(run, seeds=found).write(tmp_path / "other")
    text = (tmp_path / "other" / "seeds.json").read_bytes()
    store.add(kept, "seeds.json", text)
    again = store.open(kept).seeds_by(replace(run.recipe, quantile=0.7))
    assert again is not None
    assert again.seeds == (0, 1, 2)
    assert again.ahead("saliency", "smoothgrad", 0.2) == found.ahead("saliency", "smoothgrad", 0.2)
    assert store.open(kept).seeds_by(Recipe(channels="l2")) is None
    store.add(kept, "seeds.json", b'{"seeds": [1], "curves": {"saliency": "x"}}')
    assert store.open(kept).seeds is None
    assert open_run(tmp_path / kept).scores["saliency"] == run.scores["saliency"]
