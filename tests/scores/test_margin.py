"""A headline and its margin: simulated draws, rounding, one draw alone, runs of before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from xai_core.attribution.noise.jackknife import QUANTILES, Jackknife
from xai_core.demo.example import example_run
from xai_core.maps.canonical import remove_baseline
from xai_core.scores.headline import headline
from xai_core.scores.margin import TIE, Margin, Spread, flips, spread_of, spreads_of
from xai_core.scores.ranking import Ranking, rank, sweep

RNG = np.random.default_rng(3)
SIDE, DRAWS = 24, 10
SIGNAL = RNG.random((SIDE, SIDE)) ** 6


def entropy(values: np.ndarray) -> float:
    shares = values[values > 0] / values.sum()
    return float(-(shares * np.log(shares)).sum())


def averaged(noise: float) -> tuple[float, float]:
    """Complexity of a mean over draws, and the deviation over seeds that its draws tell."""
    # Noise is shared by patches, as that of weights is, and not drawn for each pixel alone.
    coarse = RNG.random((DRAWS, SIDE // 6, SIDE // 6))
    draws = SIGNAL + noise * np.kron(coarse, np.ones((6, 6)))
    told = Jackknife()
    for one in draws:
        told.add(torch.from_numpy(one))
    assert told.errors is not None
    return entropy(draws.mean(0)), told.errors[0]


def rankings(raw: tuple[float, float], after: tuple[float, float]) -> tuple[Ranking, Ranking]:
    pair = ("guided-backprop", "fusiongrad")
    return rank(dict(zip(pair, raw, strict=True))), rank(dict(zip(pair, after, strict=True)))


def told(raw: tuple[float, float], after: tuple[float, float], spread: float) -> str:
    return str(headline(*rankings(raw, after), {"fusiongrad": Spread(spread, spread)}))


def test_what_the_draws_tell_is_the_deviation_over_seeds() -> None:
    scores, errors = np.array([averaged(0.5) for _ in range(300)]).T
    assert np.sqrt((errors**2).mean()) == pytest.approx(scores.std(ddof=1), rel=0.25)


def test_two_maps_of_one_kind_are_called_apart_in_one_of_twenty_and_others_are() -> None:
    def state(noise: float, other: float) -> str:
        (one, a), (two, b) = averaged(noise), averaged(other)
        return Margin("a", "b", two - one, float(np.hypot(a, b))).state

    alike = [state(0.5, 0.5) for _ in range(300)]
    assert alike.count("sure") <= 0.09 * len(alike)
    assert all(state(0.2, 0.9) == "sure" for _ in range(20))


def test_it_is_told_at_the_quantiles_of_the_map_itself() -> None:
    draws = RNG.random((3, 9, 7)) ** 3
    jackknife = Jackknife()
    for one in draws:
        jackknife.add(torch.from_numpy(one))
    left_out = np.stack([np.delete(draws, at, 0).mean(0) for at in range(3)])
    scores = np.column_stack([list(map(entropy, left_out)), sweep(left_out, np.array(QUANTILES))])
    assert scores[0, 2] == pytest.approx(entropy(remove_baseline(left_out[0], QUANTILES[1]).values))
    expected = np.sqrt(scores.var(0) * 2)  # (G − 1) / G · Σ, with G = 3
    np.testing.assert_allclose(jackknife.errors, expected, rtol=1e-6)
    few = Jackknife()
    few.add(torch.ones(2, 2))
    assert few.errors is None


def test_a_flip_is_celebrated_only_outside_the_spread() -> None:
    sure = told((10.0, 10.2), (9.5, 9.3), 0.01)
    assert sure.startswith("FusionGrad overtakes Guided Backprop once the pedestal is removed. ")
    assert "0.200 ± 0.023 nats behind before, 0.200 ± 0.023 ahead after" in sure
    for raw, after in (((10.0, 10.2), (9.5, 9.494)), ((10.0, 10.006), (9.5, 9.494))):
        close = told(raw, after, 0.06)
        assert close.startswith("Too close to call: FusionGrad and Guided Backprop. ")
        assert "differ by 0.006 ± 0.136 nats" in close
    # A flip whose first side is noise: who leads now is sure, who led before is not.
    later = told((10.0, 10.001), (9.5, 9.2), 0.02)
    assert later.startswith("FusionGrad is the least complex after removal. ")
    assert "too close to call" in later
    assert told((10.2, 10.0), (9.5, 9.3), 0.01).startswith("FusionGrad is the least complex, raw")


def test_without_draws_rounding_is_a_tie_and_all_else_counts() -> None:
    assert "equally complex" in told((10.0, 10.0), (9.5, 9.5 + TIE / 2), 0.0)
    assert "overtakes" in told((10.0, 10.001), (9.5, 9.499), 0.0)
    maps = RNG.random((1, 64, 64)) ** 5
    rounded = maps.astype(np.float32).astype(np.float64)
    moved = sweep(maps, np.array(QUANTILES)) - sweep(rounded, np.array(QUANTILES))
    assert np.abs(moved).max() < TIE


def test_what_nothing_tells_is_said_of_this_seed_alone() -> None:
    assert told((10.0, 10.2), (9.5, 9.3), np.nan).startswith(
        "By this one seed FusionGrad overtakes"
    )
    assert "another seed" in told((10.2, 10.0), (9.5, 9.3), np.nan)
    one = example_run().attributions["fusiongrad"]
    for chosen in (
        {"samples": 100, "standard_error": 0.1},
        {"samples": 1, "complexity_error": "x"},
    ):
        assert np.isnan(spread_of(replace(one, chosen=chosen), 0.2).after)


def test_no_map_and_one_map() -> None:
    nothing = rank({"saliency": np.nan})
    assert str(headline(nothing, nothing, {})) == "No map has a score at this quantile."
    alone = rank({"saliency": 1.0})
    assert str(headline(alone, alone, {})) == "Saliency is the only map with a score."


def test_the_clearest_flip_comes_first() -> None:
    raw = rank({"a": 1.0, "b": 2.0, "c": 3.0})
    after = rank({"c": 1.0, "b": 1.5, "a": 1.9})
    pairs = [(one.after.front, one.after.back) for one in flips(raw, after, {})]
    assert pairs[0] == ("c", "a")
    assert spreads_of(example_run().attributions, 0.2)["guided-backprop"] == Spread()


@pytest.mark.parametrize(
    ("parameters", "chosen"),
    [({}, {"standard_error": 0.1}), ({"start": "noise"}, {}), ({"cover": "noise"}, {})],
)
def test_a_method_that_draws_is_never_called_sure_untold(
    parameters: dict[str, str], chosen: dict[str, float]
) -> None:
    one = replace(example_run().attributions["guided-backprop"], parameters=parameters)
    assert spread_of(replace(one, chosen={}, parameters={"start": "black"}), 0.2) == Spread()
    assert np.isnan(spread_of(replace(one, chosen=chosen), 0.2).raw)
