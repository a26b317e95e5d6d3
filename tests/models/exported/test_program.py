from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils._pytree import tree_leaves

from tests.dose import dose
from tests.models.exported.nets import NETS
from xai_core.models.exported.archive import read_exported
from xai_core.models.exported.program import read_program

pytestmark = pytest.mark.filterwarnings("ignore")
FIXED_SIZE = {"residual", "attention"}
LARGE = (
    *("mobilenet_v2", "mobilenet_v3_small", "resnet18", "squeezenet1_1", "shufflenet_v2_x0_5"),
    *("regnet_y_400mf", "mnasnet0_5", "efficientnet_b0", "convnext_tiny", "vit_b_32", "swin_t"),
)


def exported(model: nn.Module, path: Path, dynamic: bool, sizes: bool, side: int = 16) -> None:
    torch.manual_seed(0)
    batch = torch.export.Dim("batch", min=1, max=64)
    height = 4 * torch.export.Dim("height", min=2, max=32)
    shapes = ({0: batch, 2: height},) if sizes else ({0: batch},)
    inputs = torch.rand(2, 3, side, side)
    program = torch.export.export(model, (inputs,), dynamic_shapes=shapes if dynamic else None)
    with path.open("wb") as file:
        torch.export.save(program, file)


def as_torch_reads_it(path: Path, inputs: torch.Tensor) -> None:
    """The same graph and ranges, and bit for bit the same output and gradient."""
    with path.open("rb") as file:
        wanted = torch.export.load(file)
    found = read_program(path)
    assert str(found.graph) == str(wanted.graph)
    assert str(found.graph_signature) == str(wanted.graph_signature)
    assert found.range_constraints == wanted.range_constraints
    assert str(found.module_call_graph) == str(wanted.module_call_graph)
    assert found.state_dict.keys() == wanted.state_dict.keys()
    ours, theirs = _computed(found.module(), inputs), _computed(wanted.module(), inputs)
    assert len(ours) == len(theirs)
    assert all(torch.equal(one, two) for one, two in zip(ours, theirs, strict=True))


def _computed(module: Any, inputs: torch.Tensor) -> list[torch.Tensor]:
    given = inputs.clone().requires_grad_()
    output = tree_leaves(module(given))
    torch.stack([value.square().sum() for value in output]).sum().backward()
    assert given.grad is not None
    return [*output, given.grad]


SOME = [(net, True) for net in NETS] + [(net, False) for net in [*NETS][::3]]


@pytest.mark.parametrize(
    ("net", "dynamic"), dose(SOME, [(net, dynamic) for net in NETS for dynamic in (False, True)])
)
def test_it_is_as_torch_reads_it(net: str, dynamic: bool, tmp_path: Path) -> None:
    torch.manual_seed(1)
    sizes = dynamic and net not in FIXED_SIZE
    exported(NETS[net]().eval(), tmp_path / "m", dynamic, sizes)
    shape = (5 if dynamic else 2, 3, 24 if sizes else 16, 16)
    as_torch_reads_it(tmp_path / "m", torch.rand(shape))


def test_torch_is_not_needed_to_look_into_it(tmp_path: Path) -> None:
    exported(NETS["normalised"]().eval(), tmp_path / "m", True, True)
    found = read_exported(tmp_path / "m")
    assert found.weights.keys() == {"mean", "body.0.weight", "body.0.bias", "body.1.weight"} | {
        "body.1.bias"
    }
    assert found.constants.keys() == {"scale"}


@pytest.mark.parametrize("dynamic", dose([True], [False, True]))
@pytest.mark.parametrize("net", dose(("squeezenet1_1",), LARGE))
def test_networks_of_torchvision(net: str, dynamic: bool, tmp_path: Path) -> None:
    from xai_core.models.vision_libraries import make_importable

    make_importable()
    from torchvision import models

    side = 224 if net.startswith(("vit", "swin")) else 64
    exported(models.get_model(net).eval(), tmp_path / "m", dynamic, False, side)
    as_torch_reads_it(tmp_path / "m", torch.rand(3 if dynamic else 2, 3, side, side))
