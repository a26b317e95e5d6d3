"""Loaded files, files that fail to load, and the verdict as JSON and Markdown."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.readiness.nets import small
from tests.readiness.zoo.broken_detached import DetachedFeatures
from xai_core.attribution.methods.base import METHODS
from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.base.loaded_model import LoadedModel
from xai_core.pictures.preprocessing import InputSpec
from xai_core.readiness import assess, rejected, to_json, to_markdown

KEYS = [
    "schema", "file", "sha256", "format", "level", "summary", "input_shape", "output_shape",
    "findings", "evidence", "methods",
]  # fmt: skip


def loaded(module: torch.nn.Module | None, **other: object) -> LoadedModel:
    facts = {
        "path": Path("net.pt"),
        "format": "torch-eager",
        "sha256": "ab",
        "size": 1,
        "input_spec": InputSpec.for_shape(3, 32, 32),
        "loaded_by": "test",
    }
    return LoadedModel(module=module, **{**facts, **other})  # type: ignore[arg-type]


def predictor(inputs: np.ndarray) -> np.ndarray:
    return inputs.mean((2, 3))


def test_the_input_spec_of_the_file_is_used() -> None:
    verdict = assess(loaded(small()))
    assert verdict.input_shape == (1, 3, 32, 32)
    assert (verdict.file, verdict.sha256, verdict.level) == ("net.pt", "ab", "ready")


def test_a_wrong_spec_is_replaced_by_a_shape_that_fits() -> None:
    assert assess(loaded(small(channels=1))).input_shape == (1, 1, 224, 224)


def test_a_format_without_gradient_is_inference_only_and_keeps_occlusion() -> None:
    verdict = assess(loaded(None, format="onnx", reference=predictor))
    assert verdict.level == "inference-only"
    assert [one.code for one in verdict.findings if one.severity == "error"] == ["inference-format"]
    assert verdict.output_shape == (1, 3)
    available = {name for name, one in verdict.methods.items() if one.available}
    assert available == {one.name for one in METHODS if one.family == "perturbation"}


def test_hidden_layers_leave_input_gradients() -> None:
    verdict = assess(loaded(small(), layers_readable=False))
    assert verdict.level == "input-gradients"
    assert "layers-hidden" in {one.code for one in verdict.findings if one.severity == "error"}
    assert verdict.methods["saliency"].available
    assert not verdict.methods["grad-cam"].available


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    "make", [torch.jit.script, lambda m: torch.jit.trace(m, torch.zeros(1, 3, 32, 32))]
)
def test_torchscript_is_input_gradients(make) -> None:
    assert assess(make(small())).level == "input-gradients"


def test_findings_of_the_loader_are_kept_and_count() -> None:
    unverified = Finding("converted-unverified", "error", "The conversion is not verified.")
    verdict = assess(loaded(small(), findings=(unverified,)))
    assert unverified in verdict.findings
    assert verdict.level == "inference-only"


def test_a_file_that_cannot_be_loaded_is_rejected(tmp_path: Path) -> None:
    file = tmp_path / "broken.pt"
    file.write_bytes(b"nothing")
    error = ModelError("It is not a model.", "Save it again.", code="corrupt-file")
    verdict = rejected(file, error)
    assert (verdict.level, verdict.format) == ("rejected", "unknown")
    assert verdict.findings == (
        Finding("corrupt-file", "error", "It is not a model.", "Save it again."),
    )
    assert len(verdict.sha256) == 64
    assert not any(one.available for one in verdict.methods.values())
    assert rejected(tmp_path / "none.pt", error).sha256 == ""


@pytest.mark.parametrize("make", [small, DetachedFeatures])
def test_json_has_the_documented_keys_and_is_json(make) -> None:
    data = to_json(assess(make()))
    assert list(data) == KEYS
    again = json.loads(json.dumps(data, allow_nan=False))
    assert again["schema"] == 1
    assert set(again["methods"]) == set(METHODS.names())
    assert all(
        set(one) == {"code", "severity", "message", "hint", "where", "layer"}
        for one in again["findings"]
    )


def test_markdown_names_level_code_and_line() -> None:
    text = to_markdown(assess(DetachedFeatures()))
    assert "`inference-only`" in text
    assert "`detach`" in text
    assert "broken_detached.py:21" in text
    assert re.search(r"^\| [^|]*\bsaliency\b[^|]* \| no \|", text, re.MULTILINE)
