"""Whole modules in a wrapper, with weights that hooks make, or in int8.

Reports: pytorch/pytorch 101107 (a saved OptimizedModule), 57289 (old `weight_norm`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import timm
import torch
from torch import nn
from torch.ao import quantization
from torch.nn import utils
from torch.optim.swa_utils import AveragedModel

from tests.handover.case import Case, Handed
from xai_core.models.formats.base import LoadOptions
from xai_core.pictures.preprocessing import InputSpec

FAMILY = "wrapped module"
SMALL = InputSpec.for_shape(3, 32, 32)
Change = Callable[[nn.Module], nn.Module]


def _plain(change: Change = lambda layer: layer) -> nn.Module:
    first, last = change(nn.Conv2d(3, 8, 3, padding=1)), change(nn.Linear(8, 4))
    return nn.Sequential(first, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), last)


def _written(make: Callable[[], tuple[nn.Module, nn.Module]]) -> Callable[[Path], Handed]:
    def write(folder: Path) -> Handed:
        torch.manual_seed(0)
        saved, network = make()
        torch.save(saved, folder / "model.pt")
        return Handed(folder / "model.pt", network)

    return write


def _hooked(change: Change) -> tuple[nn.Module, nn.Module]:
    network = _plain(change)
    network(torch.randn(2, 3, 32, 32))
    return network.eval(), network


def _compiled() -> tuple[nn.Module, nn.Module]:
    network = timm.create_model("lcnet_050", num_classes=5).eval()
    return torch.compile(network), network  # type: ignore[return-value]


def _averaged() -> tuple[nn.Module, nn.Module]:
    network = _plain().eval()
    return AveragedModel(network), network


def _dynamic() -> nn.Module:
    return quantization.quantize_dynamic(_plain().eval(), {nn.Linear}, torch.qint8)


def _static() -> nn.Module:
    ends = quantization.QuantStub(), quantization.DeQuantStub()
    network = nn.Sequential(ends[0], *_plain(), ends[1]).eval()
    network.qconfig = quantization.get_default_qconfig("x86")
    torch.backends.quantized.engine = "x86"
    prepared = quantization.prepare(network)
    prepared(torch.randn(2, 3, 32, 32))
    return quantization.convert(prepared)


def _int8(make: Callable[[], nn.Module], *proposed: LoadOptions) -> Callable[[Path], Handed]:
    def write(folder: Path) -> Handed:
        torch.save(make(), folder / "model.pt")
        return Handed(folder / "model.pt", proposed=proposed)

    return write


TRUST = LoadOptions(trust=True, input_spec=SMALL)
INT8 = ("quantised to int8",)
CASES = (
    Case(FAMILY, "torch.compile", _written(_compiled)),
    Case(FAMILY, "AveragedModel", _written(_averaged)),
    Case(FAMILY, "weight_norm", _written(lambda: _hooked(utils.weight_norm))),
    Case(FAMILY, "spectral_norm", _written(lambda: _hooked(utils.spectral_norm))),
    Case(FAMILY, "dynamic int8", _int8(_dynamic, TRUST), level="inference-only", says=INT8),
    Case(FAMILY, "static int8", _int8(_static, TRUST), level="inference-only", says=INT8),
)
