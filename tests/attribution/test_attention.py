"""Attention rollouts, with the attention as each library itself gives it, multiplied plainly."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from tests.attribution.nets import NETS
from tests.attribution.nets import pictures as small
from tests.dose import pairs
from xai_core import assess, explain
from xai_core.attribution.batches.explaining import Batches
from xai_core.base.errors import MethodError
from xai_core.models.vision_libraries import vision_library

SIDE, CELLS, CLASSES = 32, 4, 5
LIBRARIES = ["timm", "torchvision", "transformers"]
Weights = list[Tensor]


def pictures() -> Tensor:
    return torch.from_numpy(np.random.default_rng(0).normal(size=(1, 3, SIDE, SIDE))).float()


def timm(**more: object) -> nn.Module:
    torch.manual_seed(0)
    kind = vision_library("timm.models.vision_transformer").VisionTransformer
    sizes = {"img_size": SIDE, "patch_size": 8, "embed_dim": 24, "depth": 3, "num_heads": 3}
    return kind(**sizes, num_classes=CLASSES, **more).eval()


def of_timm(net: nn.Module, x: Tensor) -> tuple[Tensor, Weights]:
    """By its unfused path: what goes into the dropout of the weights."""
    seen: Weights = []
    for block in net.blocks:
        block.attn.fused_attn = False
        block.attn.attn_drop.register_forward_hook(lambda _, given, __: seen.append(given[0]))
    return net(x), seen


def torchvision() -> nn.Module:
    torch.manual_seed(0)
    kind = vision_library("torchvision.models.vision_transformer").VisionTransformer
    net = kind(SIDE, 8, 3, 3, 24, 48, num_classes=CLASSES).eval()
    nn.init.normal_(net.heads.head.weight)
    return net


def of_torchvision(net: nn.Module, x: Tensor) -> tuple[Tensor, Weights]:
    """By asking each layer for its weights, which torch then computes by a softmax."""
    seen: Weights = []
    softmax = F.softmax

    def noted(*given: object, **more: object) -> Tensor:
        seen.append(softmax(*given, **more))
        return seen[-1]

    for layer in net.encoder.layers:
        inner = layer.self_attention.forward
        layer.self_attention.forward = partial(_with_weights, inner)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(F, "softmax", noted)
        patch.setattr("torch.nn.functional.softmax", noted)
        return net(x), seen


def _with_weights(inner: Callable[..., object], *given: Tensor, **_: object) -> object:
    return inner(*given, need_weights=True, average_attn_weights=False)


class Classifier(nn.Module):
    """Of transformers, whose output is an object."""

    def __init__(self, attention: str) -> None:
        super().__init__()
        from transformers import ViTConfig, ViTForImageClassification

        torch.manual_seed(0)
        sizes = {"hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 3}
        config = ViTConfig(
            image_size=SIDE, patch_size=8, intermediate_size=48, num_labels=CLASSES, **sizes
        )
        config._attn_implementation = attention
        self.net = ViTForImageClassification(config)

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x).logits


def transformers() -> nn.Module:
    return Classifier("sdpa").eval()


def of_transformers(_: nn.Module, x: Tensor) -> tuple[Tensor, Weights]:
    found = Classifier("eager").eval().net(x, output_attentions=True)
    return found.logits, list(found.attentions)


ALL = {
    "timm": (timm, of_timm),
    "timm, mean of the patches": (
        lambda: timm(global_pool="avg", class_token=False, fc_norm=False),
        of_timm,
    ),
    "timm, registers": (lambda: timm(reg_tokens=2), of_timm),
    "torchvision": (torchvision, of_torchvision),
    "transformers": (transformers, of_transformers),
}


def rolled(weights: Weights, score: Tensor, method: str) -> Tensor:
    """The whole matrix, from the first layer to the last, and then its rows."""
    count = weights[0].shape[-1]
    slopes = [one.reshape(-1, count, count).double() for one in torch.autograd.grad(score, weights)]
    weights = [one.reshape(-1, count, count).double() for one in weights]
    total = torch.eye(count).double()
    for weight, slope in zip(weights, slopes, strict=True):
        if method == "attention-rollout":
            total = (weight.mean(0) / 2 + torch.eye(count) / 2) @ total
        else:
            total = total + (slope * weight).clamp(min=0).mean(0) @ total
    rows = slopes[-1].abs().amax((0, 2)) > 0
    found = total - torch.eye(count) if method == "gradient-rollout" else total
    patches: Tensor = found[rows].mean(0)[-(CELLS**2) :]
    return patches.reshape(1, 1, CELLS, CELLS).detach()


@pytest.mark.proof("attention-rollout", by="a plain version", on=("timm", "transformers"))
@pytest.mark.proof("gradient-rollout", by="a plain version", on=("timm", "torchvision"))
@pytest.mark.parametrize(
    ("library", "method"), pairs(ALL, ["attention-rollout", "gradient-rollout"])
)
def test_the_formula_with_the_librarys_own_weights(library: str, method: str) -> None:
    make: Callable[[], nn.Module]
    make, weights_of = ALL[library]
    output, weights = weights_of(make(), pictures().requires_grad_(True))
    cells = rolled(weights, output[0, 2], method).float()
    expected = F.interpolate(cells, (SIDE, SIDE), mode="bilinear", align_corners=False).numpy()
    found = explain(make(), pictures().numpy(), 2, method)
    assert found.native_size == (CELLS, CELLS)
    assert found.chosen["layers"] == 3
    assert expected.any()
    np.testing.assert_allclose(found.values, expected, atol=1e-4 * expected.max())


def test_the_class_token_alone_is_read_where_it_alone_reaches_the_score() -> None:
    """The rows of the last attention that the score depends on."""
    from xai_core.attribution.context import Context
    from xai_core.attribution.layers.attention import attended
    from xai_core.attribution.meter import Meter
    from xai_core.attribution.scorer import Scorer

    for net, read in ((timm(), 1), (ALL["timm, mean of the patches"][0](), CELLS**2)):
        score = Context(net, pictures().numpy(), 2).scores[0]
        seen = attended(Scorer(net, score, Meter(1, None)), pictures())
        assert int((seen.read > 0).sum()) == read


def test_the_model_is_fused_again_and_its_other_maps_stay() -> None:
    net = timm()
    before = [block.attn.fused_attn for block in net.blocks]
    plain = explain(net, pictures().numpy(), 2, "saliency").values
    explain(net, pictures().numpy(), 2, "gradient-rollout")
    assert [block.attn.fused_attn for block in net.blocks] == before
    np.testing.assert_array_equal(explain(net, pictures().numpy(), 2, "saliency").values, plain)


def test_where_attention_looks_within_windows_it_is_said() -> None:
    torch.manual_seed(0)
    kind = vision_library("timm.models.swin_transformer").SwinTransformer
    swin = kind(img_size=SIDE, patch_size=2, embed_dim=12, depths=(2, 2), num_heads=(2, 2),
                window_size=4, num_classes=CLASSES).eval()  # fmt: skip
    with pytest.raises(MethodError, match="within windows"):
        explain(swin, pictures().numpy(), 2, "attention-rollout")
    verdict = assess(timm(), pictures().numpy())
    assert verdict.methods["gradient-rollout"].available


def test_a_convolutional_network_attends_to_nothing() -> None:
    from tests.attribution.nets import layered

    with pytest.raises(MethodError, match="attends from tokens to tokens"):
        explain(layered(), small(), 1, "attention-rollout")
    reason = assess(layered(), small()).methods["attention-rollout"].reason
    assert reason is not None
    assert "vision transformers" in reason


@pytest.mark.proof("legrad", by="a plain version", on=LIBRARIES)
@pytest.mark.parametrize("library", LIBRARIES)
def test_legrad_by_each_layers_own_score(library: str) -> None:
    """The tail of each library's model, run plainly on the mean of each layer's tokens."""
    make, weights_of = ALL[library]
    net, layers = make(), []
    blocks = {
        "timm": lambda: net.blocks,
        "torchvision": lambda: net.encoder.layers,
        "transformers": lambda: net.net.vit.layers,
    }[library]()
    for block in blocks:
        block.register_forward_hook(lambda _, __, given: layers.append(_first(given)))
    found = explain(net, pictures().numpy(), 2, "legrad")
    tails = {
        "timm": lambda z: net.head(net.norm(z)),
        "torchvision": lambda z: net.heads(net.encoder.ln(z)),
        "transformers": lambda z: net.net.classifier(net.net.vit.layernorm(z)),
    }
    if library == "transformers":
        net.net.set_attn_implementation("eager")
        layers.clear()
        weights = list(net.net(pictures(), output_attentions=True).attentions)
    else:
        layers.clear()
        _, weights = weights_of(net, pictures().requires_grad_(True))
    maps = []
    for tokens, weight in zip(layers, weights, strict=True):
        score = tails[library](tokens.mean(1))[0, 2]
        (slope,) = torch.autograd.grad(score, weight, retain_graph=True)
        maps.append(slope.reshape(-1, *slope.shape[-2:]).relu().mean((0, 1)))
    cells = torch.stack(maps).mean(0)[-(CELLS**2) :].reshape(1, 1, CELLS, CELLS)
    expected = F.interpolate(cells, (SIDE, SIDE), mode="bilinear", align_corners=False).numpy()
    assert expected.any()
    np.testing.assert_allclose(found.values, expected, atol=1e-4 * expected.max())


def _first(given: object) -> Tensor:
    return given[0] if isinstance(given, tuple) else given


@pytest.mark.proof("legrad", by="torchcam", on=("torchvision",))
def test_legrad_is_torchcams_on_torchvision() -> None:
    from torchcam.methods import LeGrad

    net = torchvision()
    with LeGrad(net, list(net.encoder.layers)) as theirs:
        net(pictures())
        expected = theirs(2)[0].numpy()
    found = explain(net, pictures().numpy(), 2, "legrad")
    cells = found.values[0, 0, 4::8, 4::8]
    assert np.corrcoef(cells.ravel(), expected.ravel())[0, 1] > 0.98


class InTuples(nn.Module):
    """The blocks of a transformer, each with its tokens first in a tuple."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net, self.layers = net, nn.ModuleList(Tupled(block) for block in net.blocks)
        net.blocks = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.net._pos_embed(self.net.patch_embed(x))
        for layer in self.layers:
            tokens = layer(tokens)[0]
        return self.net.head(self.net.norm(tokens)[:, 0])


class Tupled(nn.Module):
    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.block = block

    def forward(self, tokens: Tensor) -> tuple[Tensor]:
        return (self.block(tokens),)


def test_legrad_of_blocks_that_return_tuples() -> None:
    expected = explain(timm(), pictures().numpy(), 2, "legrad").values
    found = explain(InTuples(timm()).eval(), pictures().numpy(), 2, "legrad").values
    np.testing.assert_allclose(found, expected, atol=1e-5 * expected.max())


def test_legrad_of_torchscript_is_refused_and_leaves_other_methods_alone() -> None:
    with pytest.raises(MethodError, match="out of sight"):
        explain(NETS["scripted"](), small(), 2, "legrad")
    (found,) = Batches(NETS["scripted"]()).explain(small(), {"saliency": {}, "legrad": {}}, 2)
    assert found["saliency"].values.any()
    assert "out of sight" in found["legrad"].cause
