"""Grad-CAM on the tokens of a vision transformer."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import nn

from xai_core import assess, explain
from xai_core.attribution.probe import probe
from xai_core.base.errors import MethodError

WIDTH, SIDE = 12, 4


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.proj = nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        q, k, v = self.qkv(x).chunk(3, -1)
        return self.proj(F.scaled_dot_product_attention(q, k, v))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.attn = nn.LayerNorm(WIDTH), Attention()
        self.norm2, self.mlp = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + F.gelu(self.mlp(self.norm2(x)))


class Transformer(nn.Module):
    """`prefix` learned tokens before the patches; the first of all tokens is classified."""

    def __init__(self, prefix=1):
        super().__init__()
        self.embed = nn.Conv2d(3, WIDTH, 4, 4)
        self.extra = nn.Parameter(torch.randn(1, prefix, WIDTH) * 0.1)
        self.blocks = nn.Sequential(Block(), Block())
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, 5)

    def forward(self, x):
        patches = self.embed(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.extra.expand(len(x), -1, -1), patches], 1)
        return self.head(self.norm(self.blocks(tokens))[:, 0])


def transformer(prefix=1):
    torch.manual_seed(3)
    return Transformer(prefix).eval()


def pictures():
    return np.random.default_rng(0).normal(size=(1, 3, 16, 16)).astype(np.float32)


@pytest.mark.parametrize("prefix", [1, 2, 5])
def test_the_grid_of_the_tokens_is_seen(prefix):
    layers = {
        one.name: one for one in probe(transformer(prefix), torch.from_numpy(pictures())).layers
    }
    assert layers["blocks.0.norm1"].grid == (SIDE, SIDE)
    assert layers["blocks.0.norm1"].prefix == prefix
    assert not layers["blocks.0.attn.qkv"].spatial
    assert not layers["head"].spatial


@pytest.mark.proof("grad-cam", by="a plain version", on=("transformer",))
def test_grad_cam_takes_the_last_layer_whose_patches_reach_the_score_and_is_the_formula():
    net = transformer()
    result = explain(net, pictures(), 2, "grad-cam")
    assert result.chosen == {"layer": "blocks.1.norm1"}
    assert result.native_size == (SIDE, SIDE)
    kept = []
    handle = net.blocks[1].norm1.register_forward_hook(lambda _, __, out: kept.append(out))
    score = net(torch.from_numpy(pictures()))[0, 2]
    handle.remove()
    tokens, slope = kept[0][0, 1:], torch.autograd.grad(score, kept[0])[0][0, 1:]
    plain = torch.zeros(SIDE, SIDE)
    for place in range(SIDE * SIDE):
        plain[place // SIDE, place % SIDE] = (slope.mean(0) * tokens[place]).sum().clamp(min=0)
    expected = F.interpolate(plain[None, None], (16, 16), mode="bilinear", align_corners=False)
    np.testing.assert_allclose(result.values, expected.detach(), rtol=1e-4, atol=1e-7)
    assert result.values.any()


def test_the_verdict_names_layer_and_grid():
    verdict = assess(transformer(), pictures())
    assert verdict.level == "ready"
    assert verdict.methods["grad-cam"].available
    assert verdict.evidence["proposed_layer"] == "blocks.1.norm1"
    assert verdict.evidence["token_grid"] == [SIDE, SIDE]


def test_a_sequence_that_was_not_cut_from_a_map_is_no_map():
    class Rows(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm, self.head = nn.LSTM(48, WIDTH, batch_first=True), nn.Linear(WIDTH, 3)

        def forward(self, x):
            return self.head(self.lstm(x.permute(0, 2, 1, 3).flatten(2))[0][:, -1])

    with pytest.raises(MethodError) as refused:
        explain(Rows().eval(), pictures(), 0, "grad-cam")
    assert refused.value.code == "no-spatial-layer"
