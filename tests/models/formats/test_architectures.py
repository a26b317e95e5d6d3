from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from tests.dose import dose
from xai_core.base.errors import ModelError
from xai_core.base.loaded_model import LoadedModel
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import inspect_file, load_model
from xai_core.models.weights.index.entry import Entry
from xai_core.models.weights.index.storage import read_index
from xai_core.models.weights.library import construct
from xai_core.targets.imagenet import imagenet_labels

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.xdist_group("architectures")]
State = dict[str, torch.Tensor]

# Name, number of classes, side of the inputs that are compared.
NETWORKS = (
    ("torchvision/resnet18", 5, 64),
    ("torchvision/mobilenet_v2", 10, 64),
    ("torchvision/mobilenet_v3_small", 3, 64),
    ("torchvision/squeezenet1_1", 7, 64),
    ("torchvision/shufflenet_v2_x0_5", 2, 64),
    ("torchvision/efficientnet_b0", 4, 64),
    ("torchvision/regnet_y_400mf", 6, 64),
    ("torchvision/mnasnet0_5", 9, 64),
    ("torchvision/densenet121", 8, 64),
    ("torchvision/googlenet[aux_logits=False]", 12, 96),
    ("timm/resnet10t", 4, 64),
    ("torchvision/swin_t", 11, 64),
    ("torchvision/lraspp_mobilenet_v3_large", 3, 64),
    ("timm/vit_tiny_patch16_224", 5, 224),
    ("timm/mobilenetv3_small_050", 10, 64),
    ("timm/efficientnet_b0", 3, 64),
    ("timm/regnety_002", 7, 64),
    ("timm/convnext_atto", 2, 64),
    ("torchvision/convnext_tiny", 13, 64),
    ("timm/ghostnet_050", 6, 64),
    ("timm/lcnet_050", 9, 64),
    ("timm/mobilevit_xxs", 8, 64),
    ("timm/edgenext_xx_small", 12, 64),
    ("timm/poolformer_s12", 13, 64),
    ("timm/swin_tiny_patch4_window7_224", 11, 224),
    ("timm/levit_128s", 14, 224),
)


def entry_of(name: str) -> Entry:
    return next(entry for entry in read_index().entries if entry.name == name)


def made(name: str, classes: int = 1000, channels: int = 3) -> nn.Module:
    """Random, but not as at the start: running statistics and scales have moved."""
    torch.manual_seed(0)
    model = construct(entry_of(name), classes, channels).eval()
    with torch.no_grad():
        for tensor in model.state_dict().values():
            if tensor.is_floating_point() and tensor.ndim == 1:
                tensor += torch.rand(tensor.shape) * 0.1
    return model


def main_output(output: Any) -> torch.Tensor:
    return output["out"] if isinstance(output, dict) else output


def assert_same(loaded: LoadedModel, model: nn.Module, shape: tuple[int, ...]) -> None:
    assert loaded.module is not None
    other = model.state_dict()
    assert loaded.module.state_dict().keys() == other.keys()
    inputs = torch.randn(shape)
    with torch.no_grad():
        assert torch.equal(main_output(loaded.module.cpu()(inputs)), main_output(model(inputs)))


def codes(loaded: LoadedModel) -> list[str]:
    return [finding.code for finding in loaded.findings]


def safetensors(state: State, path: Path) -> None:
    from safetensors.torch import save_file

    save_file({name: tensor.clone() for name, tensor in state.items()}, path)


WRITERS: tuple[Callable[[State, Path], object], ...] = (
    lambda state, path: torch.save(state, path),
    lambda state, path: torch.save({f"module.{k}": v for k, v in state.items()}, path),
    lambda state, path: torch.save({"epoch": 3, "model": state, "optimizer": {}}, path),
    safetensors,
    lambda state, path: torch.save(
        {"state_dict": {f"model.{k}": v for k, v in state.items()}, "global_step": 1}, path
    ),
    lambda state, path: torch.save({f"net.backbone.{k}": v for k, v in state.items()}, path),
)


@pytest.mark.parametrize(
    "number", range(0, len(NETWORKS), dose(5, 1))
)  # each writer once, at least
def test_found_by_itself(number: int, tmp_path: Path) -> None:
    name, classes, side = NETWORKS[number]
    model = made(name, classes)
    WRITERS[number % len(WRITERS)](model.state_dict(), tmp_path / "scrambled")
    loaded = load_model(tmp_path / "scrambled")
    assert name in loaded.loaded_by
    assert "architecture-found" in codes(loaded)
    assert loaded.labels is None
    assert loaded.input_spec == entry_of(name).picture.spec()
    assert_same(loaded, model, (1, 3, side, side))


@pytest.mark.parametrize("name", ["timm/convnext_atto"])
def test_grey_inputs(name: str, tmp_path: Path) -> None:
    model = made(name, 4, channels=1)
    torch.save(model.state_dict(), tmp_path / "w")
    loaded = load_model(tmp_path / "w")
    assert loaded.input_spec.channels == 1
    assert_same(loaded, model, (1, 1, 64, 64))


def test_class_names_are_assumed_and_said_to_be(tmp_path: Path) -> None:
    model = made("torchvision/resnet18")
    torch.save(model.state_dict(), tmp_path / "w")
    loaded = load_model(tmp_path / "w")
    assert loaded.labels == imagenet_labels()
    assert "classes-assumed" in codes(loaded)


def test_untrained_weights_have_no_class_names(tmp_path: Path) -> None:
    torch.save(construct(entry_of("timm/convnext_atto"), 1000, 3).state_dict(), tmp_path / "w")
    loaded = load_model(tmp_path / "w")
    assert loaded.labels is None
    assert "classes-assumed" not in codes(loaded)


NAMED = (
    (None, "torchvision/resnet18"),
    ("timm/resnet18.a1_in1k", "timm/resnet18"),
    ("resnet18", "torchvision/resnet18"),
    ("timm/resnet18", "timm/resnet18"),
    ("torchvision/resnet18", "torchvision/resnet18"),
)


@pytest.mark.parametrize(("asked", "name"), dose(NAMED[:2], NAMED))
def test_equal_fits_are_said(asked: str | None, name: str, tmp_path: Path) -> None:
    model = made("torchvision/resnet18", 3)
    torch.save(model.state_dict(), tmp_path / "w")
    loaded = load_model(tmp_path / "w", LoadOptions(architecture=asked))
    assert name in loaded.loaded_by
    finding = next((f for f in loaded.findings if f.code == "architecture-ambiguous"), None)
    if asked is None:
        assert finding is not None
        assert "timm/resnet18 would compute the same" in finding.message
    assert_same(loaded, model, (1, 3, 64, 64))


def test_a_name_in_the_file_decides_between_equals(tmp_path: Path) -> None:
    model = made("timm/resnetblur18", 3)
    torch.save({"arch": "resnetblur18", "state_dict": model.state_dict()}, tmp_path / "w")
    loaded = load_model(tmp_path / "w")
    assert "timm/resnetblur18" in loaded.loaded_by
    assert_same(loaded, model, (1, 3, 64, 64))


def test_the_callers_random_numbers_stay(tmp_path: Path) -> None:
    torch.save(made("timm/lcnet_050", 3).state_dict(), tmp_path / "w")
    before = torch.random.get_rng_state()
    load_model(tmp_path / "w")
    assert torch.equal(torch.random.get_rng_state(), before)


def without_a_bias(state: State) -> State:
    return {name: value for name, value in state.items() if name != "bn1.bias"}


def of_another_width(state: State) -> State:
    return {**state, "conv1.weight": torch.rand(60, 3, 7, 7)}


@pytest.mark.parametrize(
    ("asked", "change", "said"),
    [(None, without_a_bias, "bn1.bias"), ("resnet18", of_another_width, "(60, 3,")],
)
def test_the_nearest_is_named(
    asked: str | None, change: Callable[[State], State], said: str, tmp_path: Path
) -> None:
    torch.save(change(made("torchvision/resnet18", 5).state_dict()), tmp_path / "w")
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "w", LoadOptions(architecture=asked))
    assert caught.value.code == "missing-architecture"
    assert "The nearest is torchvision/resnet18: 121 of its 122" in caught.value.message
    assert said in caught.value.message


def test_a_name_that_there_is_not_is_guessed(tmp_path: Path) -> None:
    torch.save(made("torchvision/resnet18", 5).state_dict(), tmp_path / "w")
    with pytest.raises(ModelError, match="Did you mean torchvision/resnet18") as caught:
        load_model(tmp_path / "w", LoadOptions(architecture="resnet-18"))
    assert caught.value.code == "missing-architecture"


PICKLED = (
    "torchvision/resnet18",
    "torchvision/mobilenet_v3_small",
    "torchvision/efficientnet_b0",
    "torchvision/convnext_tiny",
    "torchvision/swin_t",
    "torchvision/lraspp_mobilenet_v3_large",
    "torchvision/vit_b_32",
    "timm/resnet18",
    "timm/vit_tiny_patch16_224",
    "timm/efficientnet_b0",
    "timm/convnext_atto",
    "timm/mobilevit_xxs",
    "timm/swin_tiny_patch4_window7_224",
)


LIGHT = ("timm/efficientnet_b0", "timm/convnext_atto")


@pytest.mark.parametrize("name", dose(LIGHT, PICKLED))
def test_whole_modules_need_no_trust(name: str, tmp_path: Path) -> None:
    model = made(name, 4)
    torch.save(model, tmp_path / "m")
    assert not inspect_file(tmp_path / "m").needs_trust
    loaded = load_model(tmp_path / "m")
    assert type(loaded.module) is type(model)
    fixed = loaded.input_spec.height == 224 and ("vit_" in name or "swin" in name)
    side = 224 if fixed else 64
    assert_same(loaded, model, (1, 3, side, side))
