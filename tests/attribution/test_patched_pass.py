"""What a pass in part spares, and what it notices."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode, conv_flop_count

from tests.attribution.test_patches import SIDE, WINDOW, Net, assert_alike, picture
from xai_core import load_model
from xai_core.attribution.context import Context
from xai_core.attribution.explanation import explain
from xai_core.attribution.patches import covered
from xai_core.attribution.patches.patched import Patched
from xai_core.attribution.patches.patched_pass import PatchedPass
from xai_core.models.demo import demo_weights


def rectified_flops(x, weight, *_, out_shape=None, **__):
    return conv_flop_count(x, weight, out_shape)


RECTIFIED = {torch.ops.mkldnn._convolution_pointwise: rectified_flops}


def early() -> nn.Module:
    """All of its work is done near the picture."""
    layers = [nn.Conv2d(16, 16, 3, padding=1) for _ in range(4)]
    return nn.Sequential(nn.Conv2d(3, 16, 3), *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()


@pytest.mark.parametrize(
    ("build", "limit"), [(early, 0.2), (lambda: load_model(demo_weights()).module, 0.8)]
)
def test_arithmetic_is_spared(build, limit, monkeypatch):
    """On the demo model less of it than of the time: what is left out is bound by memory."""
    net, inputs = build(), picture(1, 3, 224, 224)
    operations = []
    for worth in (covered.WORTH, 10**6):
        monkeypatch.setattr(covered, "WORTH", worth)
        with FlopCounterMode(display=False, custom_mapping=RECTIFIED) as counter:
            explain(net, inputs, 1, "occlusion", window=32, stride=32)
        operations.append(counter.get_total_flops())
    assert operations[0] < limit * operations[1]


def test_a_model_of_tokens_is_run_in_whole():
    """Only its first layer looks at places: larger batches would only delay a cancel."""
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(6, 2, 12, batch_first=True)
    body = nn.TransformerEncoder(layer, 3, enable_nested_tensor=False)
    net = Tokens(body).eval()
    seen: list[int] = []
    net.register_forward_pre_hook(lambda module, args: seen.append(len(args[0])))
    explain(net, picture(), 1, "occlusion", batch_size=5, **WINDOW)
    assert max(seen) == 5


class Tokens(nn.Module):
    """Patches as tokens, as in a vision transformer."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.stem, self.body, self.head = nn.Conv2d(3, 6, 5, 5), body, nn.Linear(6, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body(self.stem(x).flatten(2).mT).mean(1))


def test_what_is_hidden_from_the_watch_is_noticed():
    """TorchScript makes its calls out of sight: it gets the stand-in itself."""
    torch.manual_seed(0)
    net = torch.jit.trace(Net(nn.Conv2d(6, 6, 3)).eval(), torch.zeros(1, 3, *SIDE))
    base = torch.from_numpy(picture())
    with torch.no_grad():
        found = PatchedPass().run(net, Patched(base, torch.zeros(2, 3, 4, 4), [(0, 0), (5, 5)]))
    assert found.isnan().all()


def test_scripted_nets_are_run_in_whole(monkeypatch):
    torch.manual_seed(0)
    net = torch.jit.trace(Net(nn.Conv2d(6, 6, 3)).eval(), torch.zeros(1, 3, *SIDE))
    assert_alike(monkeypatch, net, picture(), **WINDOW)


class Moody(nn.Module):
    """Takes another way from the third pass on, which the watch does not see."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.head = nn.Conv2d(3, 6, 3), nn.Linear(6, 5)
        self.hidden = torch.jit.trace(nn.Conv2d(6, 6, 3).eval(), torch.zeros(1, 6, 9, 9))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        if len(x) > 3:  # the first look is at three pictures
            x = self.hidden(x)
        return self.head(x.mean((2, 3)))


def test_a_way_that_is_hidden_later_is_noticed_then(monkeypatch):
    torch.manual_seed(0)
    monkeypatch.setattr(Context, "at_once", lambda self, wanted: wanted)
    assert_alike(monkeypatch, Moody().eval(), picture(), **WINDOW)


def test_a_model_that_only_predicts_is_run_in_whole():
    seen = []

    class Arrays(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            array = x.numpy()
            seen.append(array.copy())
            return torch.from_numpy(np.stack([array.sum((1, 2, 3)), array.max((1, 2, 3))], 1))

    explain(Arrays(), picture(), 1, "occlusion", **WINDOW)
    assert all(np.isfinite(array).all() for array in seen)


@pytest.mark.parametrize("corner", [(0, 0), (3, 5), (26, 30)])
def test_windows_are_cut_from_the_written_over(corner):
    base = torch.from_numpy(picture())
    values = torch.full((2, 3, 4, 5), 9.0)
    patched = Patched(base, values, [(2, 3), (25, 29)])
    plain = base.repeat(2, 1, 1, 1)
    plain[0, :, 2:6, 3:8] = 9
    plain[1, :, 25:29, 29:34] = 9
    top, left = corner
    found = patched.windows(base, [corner, corner], (3, 4))
    assert torch.equal(found, plain[:, :, top : top + 3, left : left + 4])
    around = patched.windows(F.pad(base, (2, 2, 1, 1)), [corner, corner], (3, 4), (1, 2))
    assert torch.equal(around, F.pad(plain, (2, 2, 1, 1))[:, :, top : top + 3, left : left + 4])
    patched.fill()
    assert torch.equal(patched.values, plain)
