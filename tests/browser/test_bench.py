"""The tuning bench by mouse, touch and keys, and what it says when Python says otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import screen
from tests.browser.bench_page import Bench
from xai_core import sweep
from xai_core.attribution.methods.base import METHODS
from xai_core.demo.run import demo_run
from xai_core.maps.canonical import before_removal, remove_baseline
from xai_core.maps.recipe import Recipe

TITLES = [method.title for method in METHODS]
SIDE = 224
FIRST, SECOND = TITLES[:2]  # Guided Backprop and FusionGrad
KEYS = {  # one after the other
    "ArrowRight": 0.21,
    "ArrowUp": 0.22,
    "ArrowLeft": 0.21,
    "Shift+ArrowLeft": 0.209,
    "PageUp": 0.31,  # on the grid again
    "Home": 0.0,
    "End": 0.99,
}


@cache
def demo_maps() -> np.ndarray:
    """Guided Backprop's map, then FusionGrad's: they change places at about 0.15."""
    found = demo_run().attributions
    names = ("guided-backprop", "fusiongrad")
    return np.stack([before_removal(found[name], Recipe())[0] for name in names])


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    found = browser.new_context(viewport={"width": 1280, "height": 900}, has_touch=True)
    yield found
    found.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    found = context.new_page()
    complaints: list[str] = []
    found.on("pageerror", lambda error: complaints.append(str(error)))
    yield found
    assert not complaints
    found.close()


@pytest.fixture
def bench(page: Page) -> Bench:
    return Bench(page, demo_maps())


def test_what_python_says_is_taken_and_final_and_a_difference_shows(bench: Bench) -> None:
    final, alert = bench.page.get_by_text(re.compile("^Final")), bench.page.get_by_role("alert")
    expect(final).to_contain_text("Final, computed by Quantus")
    expect(alert).to_have_count(0)
    expect(bench.card(FIRST)).to_contain_text("set to zero 20.0%")
    bench.answer(0.2, wrong={"fusiongrad": 2e-5})
    expect(alert).to_contain_text(f"differ on {SECOND}: 0.000020 nats")
    bench.answer(0.2, wrong={"fusiongrad": 2e-6})
    expect(alert).to_have_count(0)
    bench.answer(0.41)
    expect(bench.slider).to_have_value("0.41")
    bench.slider.press("End")
    bench.answer(0.41)  # late: it does not pull the handle
    expect(bench.slider).to_have_value("0.99")
    expect(bench.page.get_by_text("Quantus computes it")).to_be_visible()
    bench.answer(0.99)
    expect(final).to_be_visible()
    bench.slider.press("Home")
    screen.holds(bench.page, "window.asked.at(-1) === 0")
    bench.answer(0.3, heard=True)  # something else chose one after the question was heard
    expect(bench.slider).to_have_value("0.3")
    expect(final).to_be_visible()


def test_a_drag_is_live_and_asks_python_once(bench: Bench) -> None:
    box = bench.slider.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    bench.page.mouse.move(box["x"] + 0.2 / 0.99 * box["width"], y)
    bench.page.mouse.down()
    seen = set()
    for share in np.linspace(0.25, 0.7, 10):
        bench.page.mouse.move(box["x"] + share * box["width"], y)
        bench.settled()
        seen.add(bench.card(SECOND).locator(".score").inner_text())
    assert len(seen) == 10
    assert bench.asked == []
    expect(bench.page.get_by_text(re.compile("^Live, computed in the browser"))).to_be_visible()
    bench.page.mouse.up()
    (asked,) = bench.asked
    assert asked == pytest.approx(0.69, abs=0.03)
    expect(bench.page.get_by_text("Quantus computes it")).to_be_visible()
    bench.answer(asked)
    expect(bench.page.get_by_text(re.compile("^Final, computed by Quantus"))).to_be_visible()
    shown = float(bench.card(SECOND).locator(".score").inner_text().split()[0])
    assert shown == pytest.approx(sweep(demo_maps()[1:], np.array([asked]))[0, 0], abs=1e-4)


def test_keys(bench: Bench) -> None:
    for key, value in KEYS.items():
        bench.slider.press(key)
        expect(bench.slider).to_have_value(f"{value:g}")
        screen.holds(bench.page, "value => window.asked.at(-1) === value", value)
    assert bench.asked == [*KEYS.values()]


def test_of_keys_in_a_row_the_first_and_the_last_ask(bench: Bench) -> None:
    bench.slider.focus()
    bench.page.evaluate(
        """() => {
          const right = new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true });
          for (let at = 0; at < 5; at += 1) document.querySelector(".track").dispatchEvent(right);
        }"""
    )
    screen.holds(bench.page, "window.asked.length > 1")
    assert bench.asked == [0.21, 0.25]


def test_who_leaves_the_slider_leaves_no_key_behind(bench: Bench) -> None:
    bench.slider.focus()
    bench.page.evaluate(
        """() => {
          const slider = document.querySelector(".track");
          for (const key of ["Home", "End"]) {
            slider.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
          }
          slider.blur();
        }"""
    )
    assert bench.asked == [0, 0.99]


def test_a_typed_value_is_kept_within_its_limits(bench: Bench) -> None:
    box = bench.page.get_by_role("spinbutton", name="Quantile as a number")
    for typed, value in {"0.437": 0.437, "3": 0.99, "-1": 0.0}.items():
        box.fill(typed)
        box.press("Enter")
        assert bench.model("m.quantile") == value
        screen.holds(bench.page, "value => window.asked.at(-1) === value", value)


def test_a_finger_on_the_sweep_sets_the_quantile(bench: Bench) -> None:
    plot = bench.page.locator(".sweep .plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    bench.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + 60)
    assert bench.model("m.quantile") == pytest.approx(0.47, abs=0.03)
    assert bench.asked == [bench.model("m.quantile")]


def test_a_click_on_a_pixel_puts_the_baseline_at_its_value(bench: Bench) -> None:
    pane = bench.card(SECOND).get_by_role("img").first
    pane.scroll_into_view_if_needed()
    box = pane.bounding_box()
    assert box
    bench.page.mouse.click(
        box["x"] + 80.5 / SIDE * box["width"], box["y"] + 120.5 / SIDE * box["height"]
    )
    (asked,) = bench.asked
    value = demo_maps()[1, 120, 80]
    assert remove_baseline(demo_maps()[1], asked).baseline == pytest.approx(value, rel=1e-4)


def test_the_pointer_probes_all_maps_and_so_do_keys(bench: Bench) -> None:
    pane = bench.card(FIRST).get_by_role("img").first
    pane.focus()
    bench.page.keyboard.press("ArrowRight")
    bench.page.keyboard.press("ArrowDown")
    bench.settled()
    for at, title in enumerate((FIRST, SECOND)):
        told = bench.card(title).locator(".probed").inner_text()
        assert told.startswith("(113, 113) · value ")
        value, values = demo_maps()[at, 113, 113], demo_maps()[at]
        assert f"percentile {100 * (values < value).sum() / (values.size - 1):.1f}" in told
    bench.page.keyboard.press("Enter")
    assert bench.asked == [
        pytest.approx((demo_maps()[0] < demo_maps()[0, 113, 113]).sum() / (SIDE**2 - 1))
    ]


def test_the_baseline_is_dragged_in_the_histogram(bench: Bench) -> None:
    plot = bench.card(SECOND).locator(".chart .plot").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    bench.page.mouse.move(box["x"] + box["width"] * 0.3, y)
    bench.page.mouse.down()
    bench.page.mouse.move(box["x"] + box["width"] * 0.5, y, steps=4)
    bench.page.mouse.up()
    (asked,) = bench.asked
    top = np.quantile(demo_maps()[1], 0.995)
    baseline = remove_baseline(demo_maps()[1], asked).baseline
    assert baseline == pytest.approx(0.25 * top, rel=0.1)  # an axis of square roots


def test_bars_change_places_where_the_sweep_says(bench: Bench) -> None:
    assert bench.order() == [SECOND, FIRST]
    bench.slider.press("Home")
    bench.settled()
    assert bench.order() == [FIRST, SECOND]
    flip = bench.page.get_by_role("button", name=re.compile(f"^{SECOND} overtakes {FIRST} at"))
    flip.first.click()
    at = bench.model("m.quantile")
    assert 0 <= at - float(flip.first.inner_text().rpartition(" at ")[2]) <= 0.011
    assert bench.order() == [SECOND, FIRST]  # just past the flip, not just short of it


def test_a_suggested_quantile_is_taken_with_its_reason(page: Page) -> None:
    rng = np.random.default_rng(4)
    signal = np.where(rng.random((60, 60)) < 0.1, 1.0, 0.0)
    lifted = signal + 0.2 + rng.normal(scale=0.01, size=signal.shape)
    bench = Bench(page, np.stack([signal, lifted]))
    expect(page.get_by_text(f"stands apart from zero: {FIRST}.")).to_be_visible()
    page.get_by_role("button", name=f"end of {SECOND}'s pedestal").click()
    (asked,) = bench.asked
    assert asked == pytest.approx((signal == 0).mean(), abs=0.01)


def test_maps_without_a_score_say_why_and_are_never_ranked(page: Page) -> None:
    rng = np.random.default_rng(0)
    maps = np.stack([np.zeros((20, 20)), rng.random((20, 20)), np.full((20, 20), np.nan)])
    bench = Bench(page, maps)
    assert bench.order()[0] == SECOND
    assert bench.model("m.places") == [None, 1, None]
    expect(bench.card(TITLES[0])).to_contain_text("zero everywhere")
    expect(bench.card(TITLES[2])).to_contain_text("not finite")
    for title in (TITLES[0], TITLES[2]):
        expect(bench.card(title)).to_contain_text("no score")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_bars_move_at_once_for_who_wants_no_motion(bench: Bench) -> None:
    row = bench.page.locator(".bench .row").first
    duration = "node => getComputedStyle(node).transitionDuration"
    assert row.evaluate(duration) != "0s"
    bench.page.emulate_media(reduced_motion="reduce")
    assert row.evaluate(duration) == "0s"


@pytest.mark.parametrize("width", [390, 3840])
def test_it_fits_its_screen_and_draws_as_many_pixels_as_the_screen_has(
    browser: Browser, width: int
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 1000}, device_scale_factor=2, has_touch=True
    )
    try:
        bench = Bench(context.new_page(), demo_maps())
        overflow = "document.scrollingElement.scrollWidth - innerWidth"
        assert bench.page.evaluate(overflow) <= 0
        sizes = bench.page.locator(".chart canvas").evaluate_all(
            "all => all.map(one => [one.width, one.clientWidth])"
        )
        assert all(drawn == pytest.approx(2 * shown, abs=1) for drawn, shown in sizes)
    finally:
        context.close()


def test_of_many_flips_those_of_the_first_place_or_of_a_pair_are_shown(page: Page) -> None:
    rng = np.random.default_rng(1)
    shapes = [1 / (1 + at % 4) + 0.01 * at for at in range(8)]
    bench = Bench(page, np.stack([rng.gamma(shape, size=(112, 112)) for shape in shapes]))
    circles = page.locator(".flip")
    total = bench.model("m.source.crossings.length")
    first = bench.model("m.source.crossings.filter((one) => one.first).length")
    assert 0 < first < total / 2
    expect(circles).to_have_count(first)
    of = page.get_by_role("combobox", name="Flips of")
    of.select_option(index=1)
    count = re.search(r"\((\d+)\)", of.locator("option:checked").inner_text())
    assert count
    expect(circles).to_have_count(int(count[1]))
    expect(page.locator(".aside")).to_have_count(6)
    expect(page.get_by_label("Where methods change places").get_by_role("button")).to_have_count(
        int(count[1])
    )


def test_relative_to_the_ceiling_zooms_to_the_curves_and_is_kept(bench: Bench) -> None:
    toggle = bench.page.get_by_role("button", name="Relative to the ceiling")
    height = "node => node.getBBox().height / node.ownerSVGElement.clientHeight"
    curve = bench.page.locator(".sweep .curve").first
    toggle.click()
    bench.settled()
    assert curve.evaluate(height) > 0.5
    expect(bench.page.locator(".limit")).to_have_count(0)  # far above
    bench.slider.press("PageUp")
    bench.answer(0.3)
    expect(toggle).to_have_attribute("aria-pressed", "true")
    assert curve.evaluate(height) > 0.5
