"""What names and shapes tell of a network, and what is said where they do not suffice."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from torch import nn

from xai_core.base.errors import ModelError
from xai_core.models.families.base import FAMILIES
from xai_core.models.rebuilt import family_builders
from xai_core.models.vision_libraries import make_importable
from xai_core.models.weights.state_dicts import StateDict

make_importable()


def _smp(kind: str, encoder: str = "resnet18", **how: Any) -> nn.Module:
    import segmentation_models_pytorch as library

    network: nn.Module = getattr(library, kind)(encoder, encoder_weights=None, **how)
    return network


def _monai(kind: str, *args: Any, **how: Any) -> nn.Module:
    from monai.networks import nets

    network: nn.Module = getattr(nets, kind)(*args, **how)
    return network


NETWORKS: Mapping[str, Callable[[], nn.Module]] = {
    "MAnet": lambda: _smp("MAnet", encoder_depth=3, decoder_channels=(16, 8, 8)),
    "UnetPlusPlus": lambda: _smp("UnetPlusPlus", encoder_depth=3, decoder_channels=(16, 8, 8)),
    "Linknet": lambda: _smp("Linknet"),
    "FPN": lambda: _smp("FPN", decoder_merge_policy="cat"),
    "PSPNet": lambda: _smp("PSPNet"),
    "DeepLabV3 ": lambda: _smp("DeepLabV3", decoder_channels=16),
    "PAN": lambda: _smp("PAN"),
    "Segformer": lambda: _smp("Segformer", "mit_b0"),
    "Unet": lambda: _smp("Unet", decoder_attention_type="scse", aux_params={"classes": 4}),
    "UNet": lambda: _monai("UNet", 2, 1, 2, channels=(4, 8, 8), strides=(1, 2), num_res_units=1),
    "ResNet": lambda: _monai("resnet18", spatial_dims=2, n_input_channels=3, num_classes=2),
}


def _state(network: nn.Module) -> StateDict:
    return StateDict("", network.state_dict())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_built_as_it_was(name: str) -> None:
    torch.manual_seed(0)
    network = NETWORKS[name]().eval()
    (builder,) = family_builders([_state(network)])
    assert name in f"{builder.title} "
    again = builder.build().eval()
    again.load_state_dict(network.state_dict(), strict=True)
    channels = next(p.shape[1] for p in network.parameters() if p.ndim == 4)
    picture = torch.randn(1, channels, 128, 128)
    with torch.no_grad():
        found, expected = again(picture), network(picture)
    torch.testing.assert_close(found, expected)


@pytest.mark.filterwarnings("ignore")
def test_a_setting_that_is_a_guess_is_a_warning() -> None:
    network = _monai("UNet", 2, 1, 2, channels=(4, 8), strides=(2,), act="RELU", norm="batch")
    (builder,) = family_builders([_state(network)])
    (warning,) = (one for one in builder.findings if one.severity == "warning")
    assert warning.code == "settings-assumed"
    assert "ReLU" in warning.message


def test_a_network_of_volumes_is_said_to_be_one() -> None:
    shape = (8, 1, 7, 7, 7)
    tensors = {"conv1.weight": torch.zeros(shape), "layer1.0.conv1.weight": torch.zeros(1)}
    tensors["layer2.0.conv1.weight"] = torch.zeros(1)
    with pytest.raises(ModelError, match="Volumes and clips are not supported") as raised:
        family_builders([StateDict("", tensors)])
    assert raised.value.code == "missing-architecture"


MARKS = {
    "segmentation-models-pytorch": ("encoder.conv1.weight", "segmentation_head.0.weight"),
    "monai": ("features.conv0.weight", "features.denseblock1.denselayer1.layers.conv1.weight"),
    "facenet-pytorch": ("conv2d_1a.conv.weight", "mixed_7a.branch0.0.conv.weight"),
    "efficientnet-pytorch": ("_conv_stem.weight", "_blocks.0._se_reduce.weight"),
    "ultralytics": ("model.0.conv.weight", "model.22.cv3.0.2.weight"),
}


@pytest.mark.parametrize("name", MARKS)
def test_a_library_that_is_missing_is_named_with_its_command(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = FAMILIES[name].module.partition(".")[0]
    for loaded in [one for one in sys.modules if one.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setattr(sys, "meta_path", [_Without(package), *sys.meta_path])
    shapes = dict.fromkeys(MARKS[name], (8, 8, 3, 3))
    shapes |= {"features.denseblock1.denselayer1.layers.conv2.weight": (4, 8, 3, 3)}
    with pytest.raises(ModelError, match=f"pip install {name}") as raised:
        list(FAMILIES[name].recipes(shapes))
    assert raised.value.code == "missing-code"


class _Without:
    """Finds no module of one package."""

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name.partition(".")[0] == self._package:
            raise ImportError(f"No module named {name!r}")


def test_names_of_no_family() -> None:
    tensors = {"conv.weight": torch.zeros(8, 3, 3, 3), "fc.weight": torch.zeros(2, 8)}
    assert family_builders([StateDict("", tensors)]) == []
