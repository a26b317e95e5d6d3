"""The tuning bench on a page of its own, without a server: any maps, any answer from Python."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Locator, Page, expect

from components.tuning import quantile
from components.tuning.bench import maps_of
from components.tuning.view import View
from tests.browser import screen
from xai_core import bench, complexity
from xai_core.attribution.methods.base import METHODS
from xai_core.demo.run import demo_run
from xai_core.maps.canonical import remove_baseline
from xai_core.maps.recipe import Recipe
from xai_core.runs.run import Run, Score

FOLDER = Path(bench.__file__).parent
NAMES = [method.name for method in METHODS]
THEME = """:root { --st-text-color: #1b2226; --st-background-color: #fff; --st-font: sans-serif;
  --st-border-color: #d5dadd; --st-secondary-background-color: #f3f5f6;
  --st-primary-color: #17696f; }"""
MOUNT = """async ([script, styles, packed]) => {
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const show = (await import(url)).default;
  const parent = document.getElementById("place");
  const style = document.createElement("style");
  style.textContent = styles;
  document.head.append(style);
  window.asked = [];
  const send = (name, given) => { window.asked.push(given.value); window.turn = given.turn; };
  window.tell = (data) => show({ data, parentElement: parent, setStateValue: send });
  show({ data: Uint8Array.from(atob(packed), (c) => c.charCodeAt(0)), parentElement: parent });
}"""


def run_of(maps: np.ndarray) -> Run:
    """A run whose methods have these maps, `[B, h, w]`; more maps than methods are numbered."""
    plain = demo_run()
    one = plain.attributions["fusiongrad"]
    pixels = np.resize(plain.pixels, (*maps.shape[1:], 3))
    return replace(
        plain,
        pixels=pixels,
        content=(0, 0, *maps.shape[1:]),
        attributions={
            (NAMES[at] if at < len(NAMES) else f"map {at}"): replace(
                one, values=values[None, None].astype(np.float32)
            )
            for at, values in enumerate(maps)
        },
    )


def view_of(maps: np.ndarray, level: float) -> View:
    """What the dashboard would have computed, maps in float64."""
    return _view_of(maps.astype(np.float64).tobytes(), maps.shape, level)


@lru_cache(16)
def _view_of(data: bytes, shape: tuple[int, ...], level: float) -> View:
    maps = np.frombuffer(data).reshape(shape)
    before = dict(zip(run_of(maps).attributions, maps, strict=True))
    removals = {name: remove_baseline(one, level) for name, one in before.items()}
    after = complexity(np.stack([one.values for one in removals.values()]))
    raw = complexity(maps)
    scores = {
        name: Score(float(a), float(b)) for name, a, b in zip(before, raw, after, strict=True)
    }
    return View(Recipe(), level, before, removals, scores, maps[0].size, {})


class Bench:
    """A mounted bench, and Python at its other end."""

    def __init__(self, page: Page, maps: np.ndarray, level: float = 0.2) -> None:
        self.page, self.maps = page, maps
        packed = maps_of(run_of(maps), view_of(maps, level))
        self.digest = packed.digest
        page.set_content('<body style="margin:16px;font-family:sans-serif"><div id="place">')
        given = [bench.script(), THEME + bench.styles(), base64.b64encode(packed.data).decode()]
        page.evaluate(MOUNT, given)
        self.answer(level)
        expect(page.locator(".bench .row")).to_have_count(len(maps))

    def answer(
        self, level: float, wrong: Mapping[str, float] | None = None, *, heard: bool = False
    ) -> None:
        """Tell the bench what Quantus says at a quantile, a few scores made wrong on purpose.

        Args:
            heard: the last question was heard before.
        """
        scores = {
            name: {side: value if np.isfinite(value) else None for side, value in vars(one).items()}
            for name, one in view_of(self.maps, level).scores.items()
        }
        for name, by in (wrong or {}).items():
            scores[name]["after"] += by
        told = {
            "digest": self.digest,
            "quantile": level,
            "highest": quantile.HIGHEST,
            "scores": scores,
            "cards": True,
            "asks": True,
            "turn": self.page.evaluate("window.turn") if heard else None,
        }
        self.page.evaluate("window.tell", json.loads(json.dumps(told)))
        self.settled()

    @property
    def asked(self) -> list[float]:
        """The quantiles that Python was asked about."""
        found: list[float] = self.page.evaluate("window.asked")
        return found

    def model(self, expression: str) -> Any:
        """A value of the bench's model, `m`, in its last frame."""
        self.settled()
        return self.page.evaluate(
            f"() => {{ const m = document.querySelector('.bench').model; return {expression}; }}"
        )

    def settled(self) -> None:
        """Wait until no frame is due."""
        screen.holds(self.page, "document.querySelector('.bench').model.frame === null")

    @property
    def slider(self) -> Locator:
        """The quantile's handle."""
        return self.page.get_by_role("slider", name="Baseline quantile")

    def card(self, title: str) -> Locator:
        """One method's card."""
        return self.page.get_by_role("article", name=re.compile(f"^{re.escape(title)}$"))

    def order(self) -> list[str]:
        """Titles of the ranking's rows from top to bottom, as they are drawn or will be."""
        rows: list[tuple[float, str]] = self.page.locator(".bench .row").evaluate_all(
            "all => all.map(one => [Number(one.style.getPropertyValue('--position')),"
            " one.querySelector('.title').textContent])"
        )
        return [title for _, title in sorted(rows)]
