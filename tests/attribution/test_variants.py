"""Several layers of one method: a map each, under names of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.attribution.nets import layered, pictures
from tests.attribution.test_tokens import pictures as token_pictures
from tests.attribution.test_tokens import transformer
from tests.runs.small import small_run
from xai_core.attribution.context import explained_of
from xai_core.attribution.explanation import explain
from xai_core.attribution.methods.base import METHODS, title_of
from xai_core.attribution.result import Attribution
from xai_core.attribution.variants.names import base_of
from xai_core.attribution.variants.several import expanded, merged
from xai_core.base.arrays import Inputs
from xai_core.base.errors import InputError, MethodError
from xai_core.base.target import Asked, Explained
from xai_core.pictures.preprocessing import Prepared
from xai_core.runs.computation import Request, compare
from xai_core.runs.reading import open_run
from xai_core.targets import Prediction, predict


def prepared(inputs: np.ndarray) -> Prepared:
    height, width = inputs.shape[2:]
    return Prepared(inputs, np.zeros((height, width, 3), np.uint8), (0, 0, height, width))


class Scores:
    def score(self, maps: np.ndarray, metric: str = "complexity") -> np.ndarray:
        return np.arange(len(maps), dtype=np.float64)


class InProcess:
    """What a worker offers, without the process."""

    def __init__(self, net: nn.Module) -> None:
        self.net = net
        self.asked: list[str] = []

    def predict(self, inputs: Inputs) -> Prediction:
        return predict(self.net(torch.from_numpy(inputs)), len(inputs))

    def resolve(self, inputs: Inputs, target: Asked) -> tuple[Explained, ...]:
        return explained_of(self.net, inputs, target)

    def explain(
        self,
        inputs: Inputs,
        target: Asked,
        method: str,
        seed: int = 0,
        parameters: Mapping[str, Any] | None = None,
        **call: Any,
    ) -> Attribution:
        self.asked.append(method)
        call.pop("cancel")
        return explain(self.net, inputs, target, method, seed, **call, **(parameters or {}))


def test_each_layer_is_a_map_that_stands_beside_the_others(tmp_path: Path) -> None:
    net, inputs = layered(), pictures()
    worker = InProcess(net)
    asked = expanded({"saliency": {}, "grad-cam": {"layer": "0, 3"}})
    plain: dict[str, Any] = dict.fromkeys(("model", "model_sha256", "model_format"), "")
    request = Request(
        **plain,
        picture="",
        picture_sha256="",
        prepared=prepared(inputs),
        target=1,
        methods=asked,
    )
    run = compare(worker, Scores(), request)
    assert list(run.attributions) == ["saliency", "grad-cam@0", "grad-cam@3"]
    for layer in ("0", "3"):
        found = run.attributions[f"grad-cam@{layer}"]
        alone = explain(net, inputs, 1, "grad-cam", layer=layer)
        np.testing.assert_array_equal(found.values, alone.values)
        assert found.native_size == alone.native_size
        assert found.parameters["layer"] == layer
    assert run.attributions["grad-cam@0"].native_size != run.attributions["grad-cam@3"].native_size
    run.write(tmp_path / "run")
    again = open_run(tmp_path / "run")
    assert list(again.attributions) == list(run.attributions)
    known = dict(again.attributions)
    compare(worker, Scores(), request, known=known)
    assert worker.asked.count("grad-cam@0") == 1, "what is known is not computed again"


def test_the_names_and_the_way_back() -> None:
    asked = {"grad-cam": {"layer": "a.b, c, a.b"}, "saliency": {"absolute": True}}
    found = expanded(asked)
    assert list(found) == ["grad-cam@a.b", "grad-cam@c", "saliency"]
    assert merged(found) == {"grad-cam": {"layer": "a.b, c"}, "saliency": {"absolute": True}}
    assert expanded({"grad-cam": {"layer": "a"}}) == {"grad-cam": {"layer": "a"}}
    assert list(expanded({"grad-cam": {"layer": "a/b,a:b"}})) == ["grad-cam@a-b", "grad-cam@a-b-2"]
    assert base_of("grad-cam@a.b") == "grad-cam"
    assert title_of("grad-cam@a.b") == "Grad-CAM · a.b"
    assert METHODS["grad-cam@a.b"] is METHODS["grad-cam"]
    assert "grad-cam@a.b" in METHODS
    assert "grad-can@a.b" not in METHODS
    assert list(METHODS.names()).count("grad-cam") == 1


def test_layers_of_a_transformer_lie_on_the_grid_of_its_tokens() -> None:
    for name, given in expanded({"grad-cam": {"layer": "embed, blocks.0.norm1"}}).items():
        found = explain(transformer(), token_pictures(), 2, name, **given)
        assert found.native_size == (4, 4)
        assert found.values.any()


@pytest.mark.parametrize(
    ("layer", "kind", "said"),
    [
        ("fourth", InputError, "There are: "),
        ("0, 3", InputError, "Explain each of the layers by itself"),
        ("7", MethodError, r"Layers that give one: .*4 \(\d+×\d+\)"),
    ],
)
def test_a_layer_that_does_not_serve_is_refused_with_what_exists(
    layer: str, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind) as refused:
        explain(layered(), pictures(), 1, "grad-cam", layer=layer)
    assert re.search(said, str(refused.value))


def test_a_run_of_variants_has_its_scale_and_its_places() -> None:
    """Names with a layer pass through what asks for a method's facts."""
    from xai_core.report.small_print import citation
    from xai_core.runs.sanity import _Steps

    run = small_run()
    one = replace(run.attributions["saliency"], method="grad-cam@0", parameters={"layer": "0"})
    run = replace(run, attributions={"grad-cam@0": one})
    assert citation("grad-cam@0") == METHODS["grad-cam"].citation
    steps = _Steps(run, np.zeros((1, 3, 16, 16), np.float32), 1, None)
    assert steps.next("grad-cam@0") is None
