"""The browser's removal and Complexity against NumPy and Quantus, as pure functions."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.bench_page import FOLDER
from xai_core import complexity, sweep
from xai_core.attribution.result import Attribution
from xai_core.demo.run import demo_run
from xai_core.maps.canonical import before_removal, remove_baseline
from xai_core.maps.recipe import Recipe
from xai_core.scores.crossings import unaffected_until
from xai_core.scores.metrics.base import METRICS

LEVELS = np.arange(100) / 100
TOLERANCE = 1e-5  # nats, as promised on the screen
RNG = np.random.default_rng(11)
RUN = """async ([script, packed, levels]) => {
  const lib = await import("data:text/javascript;base64," + script);
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  const map = lib.prepared(new Float64Array(bytes.buffer));
  return levels.map((level) => {
    const { baseline, left, score, cause } = lib.removed(map, level);
    const back = map.finite ? lib.quantileAt(map.sorted, baseline, level) : 0;
    const again = map.finite ? lib.quantileOf(map.sorted, back) : 0;
    return [String(baseline), left, String(score), cause, String(again)];
  });
}"""


def real() -> Iterator[tuple[str, np.ndarray]]:
    """The demo's maps by several recipes."""
    recipes: list[dict[str, Any]] = [
        {},
        {"channels": "l2"},
        {"sign": "positive"},
        {"sign": "negative"},
        {"sign": "as-is"},
        {"channels": "max-abs", "grid": (28, 28)},
    ]
    attributions: dict[str, Attribution] = dict(demo_run().attributions)
    for name, one in attributions.items():
        for changes in recipes:
            told = " ".join(map(str, changes.values())) or "default"
            yield f"{name}, {told}", before_removal(one, Recipe(**changes))[0]


def random() -> Iterator[tuple[str, np.ndarray]]:
    """Every spread that is hard for a sum of logarithms."""
    for size in (7, 31, 96):
        shape = (size, size)
        yield f"even {size}", RNG.random(shape)
        yield f"long tail {size}", RNG.lognormal(size=shape) ** 3
        yield f"half zero {size}", np.maximum(RNG.normal(size=shape), 0)
        yield f"signed {size}", RNG.normal(size=shape)
        yield f"five steps {size}", RNG.integers(0, 5, shape).astype(float)
    yield "thin, on a high pedestal", 1 + 1e-7 * RNG.gamma(0.5, size=(64, 64))
    yield "tiny", 1e-300 * RNG.random((32, 32))
    yield "huge", 1e300 * RNG.random((32, 32))
    yield "one hot pixel", np.eye(20)[:1] * np.eye(20)[:, :1]
    yield "dead", np.zeros((16, 16))
    yield "constant", np.full((16, 16), 0.3)
    yield "not a number", np.where(RNG.random((16, 16)) < 0.01, np.nan, 1.0)
    yield "infinite", np.where(np.eye(16) > 0, np.inf, 1.0)


MAPS = dict([*real(), *random()])


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def in_browser(page: Page, values: np.ndarray) -> list[list[Any]]:
    script = base64.b64encode((FOLDER / "js" / "removal.js").read_bytes()).decode()
    packed = base64.b64encode(np.ascontiguousarray(values, dtype="<f8").tobytes()).decode()
    found: list[list[Any]] = page.evaluate(RUN, [script, packed, LEVELS.tolist()])
    return found


def test_there_are_more_than_thirty_maps() -> None:
    assert len(MAPS) >= 30


@pytest.mark.parametrize("name", MAPS)
def test_browser_and_quantus_say_the_same_at_every_quantile(blank: Page, name: str) -> None:
    values = MAPS[name]
    found = in_browser(blank, values)
    scores = np.array([float(score) for _, _, score, _, _ in found])
    removals = [remove_baseline(values, level) for level in LEVELS]
    plain = complexity(np.stack([one.values for one in removals]))
    np.testing.assert_allclose(scores, plain, atol=TOLERANCE / 10, rtol=0)
    np.testing.assert_allclose(scores, sweep(values[None], LEVELS)[0], atol=1e-8, rtol=0)
    for (baseline, left, _, cause, again), removal in zip(found, removals, strict=True):
        np.testing.assert_equal(float(baseline), removal.baseline)  # to the last bit
        if np.isfinite(removal.baseline):
            assert left == np.count_nonzero(removal.values)
            assert float(again) == pytest.approx(removal.baseline, rel=1e-9)
        wanted = METRICS["complexity"].undefined_because(removal.values[None])
        assert cause == (None if np.any(removal.values > 0) else wanted)


def test_untouched_is_the_same_on_both_sides(blank: Page) -> None:
    values = MAPS["half zero 31"]
    edge = unaffected_until(values)
    assert edge is not None
    baselines = [float(one[0]) for one in in_browser(blank, values)]
    assert [one == 0 for one in baselines] == [level <= edge for level in LEVELS]
