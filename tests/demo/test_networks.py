"""The committed networks do on fresh pictures about what the training script said of them."""

from __future__ import annotations

import json

import pytest

from scripts.wafer.evaluation import batch_of, figures_of
from scripts.wafer.generator import wafer_picture
from tests.docs.texts import page
from xai_core.demo.wafer.exhibits import FIGURES, WaferExhibit, wafer_exhibits
from xai_core.models.loading import load_model
from xai_core.readiness import assess

LARGEST = 1_000_000
FLOORS = {"accuracy": 0.9, "iou": 0.65, "r2": 0.7}


@pytest.mark.parametrize("exhibit", wafer_exhibits(), ids=lambda one: one.name)
def test_it_opens_without_trust_is_ready_and_good_enough(exhibit: WaferExhibit) -> None:
    model = load_model(exhibit.model_path)
    assert exhibit.model_path.stat().st_size < LARGEST
    fresh = batch_of(wafer_picture(9_000_000 + seed) for seed in range(120))
    found = figures_of(exhibit.name, model.module, fresh)
    for name, floor in FLOORS.items():
        assert found.get(name, 1) > floor
    verdict = assess(model, fresh.inputs[:1].numpy())
    assert verdict.level == "ready"
    outputs = (len(exhibit.labels or "1"),)
    size = (128, 128) if exhibit.name == "segmenter" else ()
    assert verdict.output_shape == (1, *outputs, *size)


def test_the_documentation_gives_the_script_s_figures() -> None:
    told = page("start/wafer")
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    for text in (
        f"{figures['pictures']} held-out",
        f"{figures['classifier']['accuracy']:.1%}".replace("%", " %"),
        f"union {figures['segmenter']['iou']:.2f}",
        f"{figures['sizer']['mean_absolute_error_px']:.1f} px",
        f"R² {figures['sizer']['r2']:.2f}",
    ):
        assert text in told
