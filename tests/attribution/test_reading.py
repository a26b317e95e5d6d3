"""Where each layer's channels, cells and tokens are, and when that is not told."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from xai_core import assess, explain
from xai_core.attribution.capabilities import Layer
from xai_core.attribution.layers.answers import Answers
from xai_core.attribution.layers.tokens.grid import token_grid
from xai_core.attribution.layers.tokens.order import found_order, places, row_by_row
from xai_core.attribution.probe import probe
from xai_core.base.errors import MethodError
from xai_core.worker.wire.codec import decode, encode

WIDTH, SIDE = 12, 8


def picture(height: int = 32, width: int = 32) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(1, 3, height, width)).astype(np.float32)


class Reordered(nn.Module):
    """Tokens in any order; each looks at itself alone, and a little at the mean of all."""

    def __init__(self, order: np.ndarray, mixing: float = 0.1) -> None:
        super().__init__()
        self.embed, self.norm = nn.Conv2d(3, WIDTH, 4, 4), nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, 3)
        self.order, self.mixing = torch.from_numpy(order), mixing

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.embed(x).flatten(2).transpose(1, 2)[:, self.order]
        tokens = self.norm(tokens + self.mixing * tokens.mean(1, keepdim=True))
        return self.head(tokens.relu().mean(1))


def layers_of(net: nn.Module, given: np.ndarray) -> dict[str, Layer]:
    return {one.name: one for one in probe(net.eval(), torch.from_numpy(given)).layers}


WINDOWS = np.arange(64).reshape(2, 4, 2, 4).transpose(0, 2, 1, 3).ravel()
UNROLLED = np.arange(64).reshape(4, 2, 4, 2).transpose(1, 3, 0, 2).ravel()
COLUMNS = np.arange(64).reshape(8, 8).T.ravel()


@pytest.mark.parametrize("order", [WINDOWS, UNROLLED, COLUMNS], ids=["windows", "masks", "columns"])
def test_tokens_in_another_order_give_the_map_of_tokens_in_rows(order: np.ndarray) -> None:
    torch.manual_seed(0)
    plain = Reordered(np.arange(64)).eval()
    other = Reordered(order).eval()
    other.load_state_dict(plain.state_dict())
    expected = explain(plain, picture(), 1, "grad-cam", layer="norm")
    result = explain(other, picture(), 1, "grad-cam", layer="norm")
    assert expected.values.any()
    np.testing.assert_allclose(result.values, expected.values, rtol=1e-4, atol=1e-7)
    (layer,) = [one for one in layers_of(other, picture()).values() if one.name == "norm"]
    assert layer.reading == "tokens in an order of their own"
    assert np.array_equal(np.argsort(order), row_by_row(layer.order, (SIDE, SIDE)))


def test_tokens_in_no_order_are_refused_with_the_reason() -> None:
    net = Reordered(np.random.default_rng(3).permutation(64)).eval()
    assert not layers_of(net, picture())["norm"].spatial
    with pytest.raises(MethodError, match="cannot be told where in the picture") as refused:
        explain(net, picture(), 1, "grad-cam", layer="norm")
    assert refused.value.code == "no-spatial-layer"


def test_tokens_that_see_the_whole_picture_alike_are_refused() -> None:
    class Mean(Reordered):
        def forward(self, x: Tensor) -> Tensor:
            tokens = self.embed(x).flatten(2).transpose(1, 2)
            everywhere = tokens.mean(1, keepdim=True).expand_as(tokens)
            return self.head(self.norm(everywhere)[:, 0])

    assert not layers_of(Mean(np.arange(64)), picture())["norm"].spatial


def test_a_layer_that_permutes_without_any_module_for_it() -> None:
    class Inside(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, WIDTH, 4, 4)

        def forward(self, x: Tensor) -> Tensor:
            return self.conv(x).permute(0, 2, 3, 1)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body, self.head = Inside(), nn.Linear(WIDTH, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.head(self.body(x).relu().mean((1, 2)))

    seen = layers_of(Net(), picture(32, 48))
    assert (seen["body"].layout, seen["body"].grid) == ("NHWC", (8, 12))
    assert (seen["body.conv"].layout, seen["body.conv"].grid) == ("NCHW", (8, 12))
    verdict = assess(Net().eval(), picture(32, 48))
    assert verdict.evidence["proposed_layer"] == "body"
    assert verdict.evidence["proposed_layer_reading"] == "channels last"
    assert "channels last" in verdict.evidence["proposed_layer_reason"]


def test_a_network_that_moves_no_axis_is_not_measured() -> None:
    runs = []

    class Counted(nn.Sequential):
        def forward(self, x: Tensor) -> Tensor:
            runs.append(len(x))
            return super().forward(x)

    net = Counted(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    seen = layers_of(net, picture())
    assert (seen["1"].layout, runs) == ("NCHW", [1])


def test_a_reading_is_measured_once() -> None:
    net = Reordered(WINDOWS).eval()
    runs = []
    net.embed.register_forward_hook(lambda *_: runs.append(1))
    for expected in (6, 1):
        runs.clear()
        layers_of(net, picture())
        assert len(runs) == expected


def test_a_model_comes_back_as_it_was() -> None:
    net = Reordered(WINDOWS).train()
    probe(net, torch.from_numpy(picture()))
    assert net.training
    assert not net.norm._forward_hooks


@pytest.mark.parametrize("given", [(0, 1), (1, 0), (4, 0), (0, 2)], ids=str)
def test_other_tokens_before_and_behind(given: tuple[int, int]) -> None:
    before, behind = given
    rows, columns = np.divmod(np.arange(64), SIDE)
    seen = Answers(
        np.pad((rows + 0.5) / SIDE, given, constant_values=0.5),
        np.pad((columns + 0.5) / SIDE, given, constant_values=0.5),
        np.ones(64 + before + behind, bool),
    )
    found = token_grid(seen, (32, 32), [])
    assert found is not None
    assert (found.grid, found.prefix, found.order) == ((SIDE, SIDE), before, ())


def test_an_order_is_found_among_noise() -> None:
    digits = ((0, 2, 1), (1, 2, 1), (0, 2, 2), (1, 2, 2), (0, 7, 4), (1, 7, 4))
    rows, columns = places(digits, (28, 28)).T
    noise = np.random.default_rng(0).normal(size=(2, 784)) * 0.05
    seen = Answers((rows + 0.5) / 28 + noise[0], (columns + 0.5) / 28 + noise[1], noise[0] < 9)
    found = found_order(seen, (28, 28))
    assert np.array_equal(places(found, (28, 28)), places(digits, (28, 28)))


def test_a_layer_passes_between_processes() -> None:
    layer = Layer("a", "B", 3, (1, 64, 12), True, (8, 8), 0, "NLC", ((0, 8, 1), (1, 8, 1)))
    sent = json.loads(json.dumps(encode(layer, [])))
    assert decode(Layer, sent) == layer
