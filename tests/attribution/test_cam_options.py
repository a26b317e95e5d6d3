"""What can be said of a Grad-CAM beside its layer, against Captum's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from captum.attr import LayerGradCam
from torch import nn

from tests.attribution.nets import layered, pictures
from xai_core import explain
from xai_core.attribution.layers import map_size
from xai_core.attribution.methods.base import METHODS
from xai_core.base.errors import InputError
from xai_core.base.parameters import build, filled, kept


def cells(layer: str, **more: object) -> np.ndarray:
    net = layered()
    found = LayerGradCam(net, net.get_submodule(layer))
    return found.attribute(torch.from_numpy(pictures()), target=2, **more).detach()


def ours(layer: str, **more: object) -> np.ndarray:
    return explain(layered(), pictures(), 2, "grad-cam", layer=layer, **more).values


@pytest.mark.proof("grad-cam", by="Captum", on=("layered",))
@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
def test_signed_and_nearest(mode: str) -> None:
    expected = nn.functional.interpolate(cells("0"), (12, 10), mode=mode)
    signed = ours("0", keep_negative=True, upsampling=mode)
    np.testing.assert_allclose(signed, expected, atol=1e-6)
    assert (signed < 0).any()
    if mode == "nearest":
        assert len(np.unique(signed)) <= cells("0").numel()
    found = explain(layered(), pictures(), 2, "grad-cam", layer="3", keep_negative=True)
    assert found.signed


def test_channels_inputs_and_several_layers() -> None:
    every = ours("3", keep_negative=True, by_channel=True)
    assert every.shape == (1, 4, 12, 10)
    np.testing.assert_allclose(
        every.sum(1, keepdims=True), ours("3", keep_negative=True), atol=1e-6
    )
    given = cells("3", attribute_to_layer_input=True).relu()
    expected = nn.functional.interpolate(given, (12, 10), mode="bilinear")
    np.testing.assert_allclose(ours("3", of_input=True), expected, atol=1e-6)
    fused = explain(layered(), pictures(), 2, "grad-cam", layer="1, 3", fused=True)
    np.testing.assert_allclose(fused.values, (ours("1") + ours("3")) / 2, atol=1e-6)
    assert fused.chosen["layer"] == ["1", "3"]


def test_more_channels_than_a_map_may_have_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_size, "MOST_BYTES", 4 * 4 * 12 * 10 - 1)
    with pytest.raises(InputError, match="of this layer it has 4 channels and 1,920 bytes"):
        ours("3", by_channel=True)
    assert ours("3").shape == (1, 1, 12, 10)


def test_a_given_reshape() -> None:
    from tests.attribution.test_attention import pictures as large
    from tests.attribution.test_attention import timm

    seen, given = (
        explain(timm(), large().numpy(), 2, "grad-cam", layer="blocks.1", reshape=grid)
        for grid in ("", "4x4")
    )
    np.testing.assert_array_equal(seen.values, given.values)
    with pytest.raises(InputError, match="two whole numbers"):
        explain(timm(), large().numpy(), 2, "grad-cam", layer="blocks.1", reshape="16")
    with pytest.raises(InputError, match="cannot be laid"):
        explain(timm(), large().numpy(), 2, "grad-cam", layer="blocks.1", reshape="5x5")


@pytest.mark.parametrize("method", METHODS.names())
def test_what_was_kept_before_a_parameter_came_keeps_its_key(method: str) -> None:
    kind = METHODS[method].Parameters
    default = vars(build(kind, {}))
    before = kept(kind, default)
    assert filled(kind, before) == default
    if method == "grad-cam":
        assert before == {"layer": ""}
        assert kept(kind, {**default, "fused": True}) == {"layer": "", "fused": True}
    if method == "occlusion":
        assert before == {"window": 0, "stride": 0, "baseline": 0.0}
