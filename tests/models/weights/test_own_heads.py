"""What stays wrong or unclear is refused, with a file to complete; what is taken is said."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from xai_core.base.errors import ModelError
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import load_model
from xai_core.models.vision_libraries import vision_library


class _Headed(nn.Module):
    def __init__(self, body: nn.Module, **heads: nn.Module) -> None:
        super().__init__()
        self.body = body
        for name, head in heads.items():
            self.add_module(name, head)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """By the first head."""
        features = self.body(pictures)
        return next(child for name, child in self.named_children() if name != "body")(features)


def _body(head: nn.Module | None = None) -> nn.Module:
    torch.manual_seed(0)
    network: nn.Module = vision_library("torchvision.models").shufflenet_v2_x0_5()
    if head is not None:
        network.set_submodule("fc", head)
    return network


def _saved(network: nn.Module, folder: Path) -> Path:
    torch.save(network.state_dict(), folder / "w.pth")
    return folder / "w.pth"


def test_an_unclear_head_comes_with_a_file_to_complete(tmp_path: Path) -> None:
    network = _Headed(_body(nn.Identity()), kind=nn.Linear(1024, 5), size=nn.Linear(1024, 3))
    path = _saved(network, tmp_path)
    with pytest.raises(ModelError) as caught:
        load_model(path)
    assert caught.value.code == "head-unclear"
    text = str(caught.value.facts["build_file"])
    code = tmp_path / "build.py"
    code.write_text(
        text.replace('raise NotImplementedError("complete forward")', "return self.kind(features)")
    )
    loaded = load_model(path, LoadOptions(code=(code,), trust=True))
    inputs = torch.randn(1, 3, 64, 64)
    assert loaded.module is not None
    assert torch.equal(loaded.module(inputs), network.eval()(inputs))


@pytest.mark.parametrize(
    "head",
    [
        nn.Sequential(nn.Conv1d(1, 1, 3), nn.Linear(1024, 5)),  # not seen from its tensors
        nn.Sequential(nn.Linear(2048, 5)),  # which pooling gives twice the features?
    ],
)
def test_what_does_not_follow_from_the_tensors_is_not_built(
    head: nn.Module, tmp_path: Path
) -> None:
    with pytest.raises(ModelError) as caught:
        load_model(_saved(_body(head), tmp_path))
    assert caught.value.code == "head-unclear"


def test_a_head_of_unit_vectors_is_no_product(tmp_path: Path) -> None:
    # ArcFace (deepinsight/insightface): cosines, not a linear layer.
    network = _Headed(_body(nn.Identity()), arc_margin=nn.Linear(1024, 5, bias=False))
    with pytest.raises(ModelError) as caught:
        load_model(_saved(network, tmp_path))
    assert caught.value.code == "head-unclear"


def test_what_is_left_beside_a_whole_network_is_its_head(tmp_path: Path) -> None:
    # Two layers take the 1000 classes: neither they nor the classes may be passed over.
    network = _Headed(_body(), kind=nn.Linear(1000, 5), size=nn.Linear(1000, 3))
    with pytest.raises(ModelError) as caught:
        load_model(_saved(network, tmp_path))
    assert caught.value.code == "head-unclear"


def test_an_unknown_activation(tmp_path: Path) -> None:
    path = _saved(_body(nn.Sequential(nn.Linear(1024, 8), nn.ReLU(), nn.Linear(8, 5))), tmp_path)
    with pytest.raises(ModelError, match="relu, gelu, none"):
        load_model(path, LoadOptions(head_activation="tanh"))
    codes = {one.code: one.severity for one in load_model(path).findings}
    assert codes["head-assumed"] == "warning"


def test_features_are_no_classes(tmp_path: Path) -> None:
    codes = {one.code for one in load_model(_saved(_body(nn.Identity()), tmp_path)).findings}
    assert "features-only" in codes
