"""Networks that transformers builds: what is refused, what is said, and whose maps are right."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.handover import huggingface_nets as nets
from xai_core.attribution.explanation import explain
from xai_core.base.errors import ModelError
from xai_core.base.loaded_model import LoadedModel
from xai_core.base.target import Target
from xai_core.models.formats.base import LoadOptions
from xai_core.models.huggingface import library
from xai_core.models.loading import inspect_file, load_model

pytestmark = pytest.mark.filterwarnings("ignore")


def rewritten(folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    held = json.loads((folder / "config.json").read_text())
    change(held)
    (folder / "config.json").write_text(json.dumps(held))
    return folder


def codes(model: LoadedModel) -> set[str]:
    return {one.code for one in model.findings}


def inputs(model: LoadedModel) -> Any:
    shape = (1, *model.input_spec.shape)
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def run(model: LoadedModel, given: Any) -> Any:
    assert model.module is not None
    with torch.no_grad():
        return model.module(torch.from_numpy(given))


@pytest.fixture(scope="module")
def vit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vit")
    nets.vit().save_pretrained(folder)
    return folder


@pytest.fixture
def copy(vit: Path, tmp_path: Path) -> Path:
    for item in vit.iterdir():
        (tmp_path / item.name).write_bytes(item.read_bytes())
    return tmp_path


def test_a_head_that_the_file_lacks_is_never_made_up(copy: Path) -> None:
    from safetensors.torch import load_file, save_file

    held = load_file(copy / "model.safetensors")
    body = {name: one for name, one in held.items() if not name.startswith("classifier")}
    save_file(body, copy / "model.safetensors")
    with pytest.raises(ModelError, match=r"classifier\.bias") as caught:
        load_model(copy)
    assert caught.value.code == "missing-weights"
    assert "--architecture ViTModel" in str(caught.value)
    model = load_model(copy, LoadOptions(architecture="ViTModel"))
    assert run(model, inputs(model)).shape == (1, 32)
    assert "features-only" in codes(model)
    assert model.labels is None


@pytest.mark.parametrize("named", [True, False])
def test_a_head_of_another_size_is_refused(named: bool, copy: Path) -> None:
    def change(held: dict[str, Any]) -> None:
        held["id2label"] = {str(index): f"c{index}" for index in range(7)}
        held["label2id"] = {}
        if not named:
            held.pop("architectures")

    with pytest.raises(ModelError, match=r"classifier\.(bias|weight)") as caught:
        load_model(rewritten(copy, change))
    assert caught.value.code == "missing-weights"


def test_the_family_chooses_the_class_where_none_is_named(copy: Path) -> None:
    model = load_model(rewritten(copy, lambda held: held.pop("architectures")))
    assert model.loaded_by.startswith("ViTForImageClassification")
    assert model.labels == ("ant", "bee", "cat", "dog", "elk")
    assert {"classes-read", "input-form-assumed"} <= codes(model)


def test_stand_ins_for_names_are_no_names(tmp_path: Path) -> None:
    nets.resnet(id2label=None, num_labels=3).save_pretrained(tmp_path)
    assert load_model(tmp_path).labels is None


def test_code_of_the_file_is_never_run(copy: Path) -> None:
    (copy / "own.py").write_text("import pathlib; pathlib.Path(__file__).unlink()\n")

    def change(held: dict[str, Any]) -> None:
        held["auto_map"] = {"AutoConfig": "own.C", "AutoModelForImageClassification": "own.N"}
        held["_attn_implementation"] = "someone/kernel"

    load_model(rewritten(copy, change))
    assert inspect_file(copy).facts["Own code"] == "named in config.json, and never run"
    rewritten(copy, lambda held: held.update(model_type="own"))
    with pytest.raises(ModelError, match="never run") as caught:
        load_model(copy)
    assert caught.value.code == "missing-architecture"
    assert (copy / "own.py").exists()
    assert "own" not in sys.modules


def test_a_pickle_with_code_in_it_is_refused(copy: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return (exec, ("raise SystemExit",))

    (copy / "model.safetensors").unlink()
    torch.save({"a": torch.zeros(1), "b": Evil()}, copy / "pytorch_model.bin")
    with pytest.raises(ModelError) as caught:
        load_model(copy)
    assert caught.value.code == "unsafe-code"


@pytest.mark.parametrize("name", ["../../etc", "Trainer", "PreTrainedModel", "x" * 200, "NoSuch"])
def test_only_model_classes_of_the_library_are_built(name: str, copy: Path) -> None:
    with pytest.raises(ModelError) as caught:
        load_model(rewritten(copy, lambda held: held.update(architectures=[name])))
    assert caught.value.code == "missing-architecture"


def test_a_model_for_texts_is_named_as_such(tmp_path: Path) -> None:
    import transformers as hf

    small = hf.BertConfig(vocab_size=20, intermediate_size=32, **nets.SMALL)
    nets.made(hf.BertModel, small).save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="reads input_ids, not pictures"):
        load_model(tmp_path)


def test_pieces_and_half_precision(tmp_path: Path) -> None:
    net = nets.vit()
    net.half().save_pretrained(tmp_path, max_shard_size="20KB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    model = load_model(tmp_path)
    given = inputs(model)
    with torch.no_grad():
        expected = net.float()(torch.from_numpy(given)).logits
    torch.testing.assert_close(run(model, given)["logits"], expected)
    assert "precision-changed" in codes(model)


def test_the_size_that_runs_goes_before_the_one_that_is_written(copy: Path) -> None:
    """A ViT of 64 pixels beside its library's default processor of 224."""
    held = {"size": {"height": 224, "width": 224}, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    (copy / "preprocessor_config.json").write_text(json.dumps(held))
    assert load_model(copy).input_spec.shape == (3, 64, 64)


def test_a_detector_s_box_is_explained_by_its_own_logit(tmp_path: Path) -> None:
    """The gradient of one query's logit, against plain autograd of the original."""
    net = nets.detr()
    net.save_pretrained(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text('{"size": {"height": 64, "width": 64}}')
    model = load_model(tmp_path)
    given = inputs(model)
    found = explain(model, given, Target("detection", {"box": 2}), "saliency", absolute=False)
    pictures = torch.from_numpy(given).requires_grad_()
    logits = net(pictures).logits[0, 2]
    (slope,) = torch.autograd.grad(logits[int(logits[:-1].argmax())], pictures)
    np.testing.assert_allclose(found.values, slope.numpy(), atol=1e-3 * float(slope.abs().max()))


def test_grad_cam_of_a_vit_leaves_the_class_token_out(vit: Path) -> None:
    model = load_model(vit)
    given = inputs(model)
    layer = "vit.layers.1.layernorm_before"
    found = explain(model, given, 1, "grad-cam", layer=layer).values[0, 0]
    expected = _cam(model, given, layer, 1)
    cosine = float((found * expected).sum() / np.linalg.norm(found) / np.linalg.norm(expected))
    assert cosine > 0.999


def _cam(model: LoadedModel, given: Any, layer: str, index: int) -> Any:
    """Written by hand: tokens but the first, as a grid of 4 × 4."""
    kept: list[Any] = []
    assert model.module is not None
    place = model.module.get_submodule(layer)
    handle = place.register_forward_hook(lambda *passed: kept.append(passed[2]))
    score = model.module(torch.from_numpy(given).requires_grad_())["logits"][0, index]
    handle.remove()
    (slope,) = torch.autograd.grad(score, kept[0])
    tokens, weights = kept[0][0, 1:], slope[0, 1:].mean(0)
    cam = (tokens * weights).sum(1).relu().reshape(1, 1, 4, 4)
    size = given.shape[2:]
    return torch.nn.functional.interpolate(cam, size, mode="bilinear")[0, 0].detach().numpy()


def test_timm_s_own_folder(tmp_path: Path) -> None:
    import timm
    from timm.models import save_for_hf

    torch.manual_seed(0)
    how = {"img_size": 64, "depth": 1, "num_classes": 3}
    net = timm.create_model("vit_tiny_patch16_224", **how).eval()
    save_for_hf(net, tmp_path, model_config={"label_names": ["a", "b", "c"]})
    model = load_model(tmp_path)
    given = inputs(model)
    with torch.no_grad():
        torch.testing.assert_close(run(model, given), net(torch.from_numpy(given)))
    assert (model.input_spec.shape, model.input_spec.mean) == ((3, 64, 64), (0.5,) * 3)
    assert model.labels == ("a", "b", "c")


def test_without_the_library_one_line_installs_it(
    vit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.util.find_spec
    hidden = lambda name, *more: None if name == "transformers" else real(name, *more)  # noqa: E731
    monkeypatch.setattr(importlib.util, "find_spec", hidden)
    library.transformers.cache_clear()
    with pytest.raises(ModelError, match="pip install 'transformers") as caught:
        load_model(vit)
    assert caught.value.code == "missing-code"
    assert inspect_file(vit).missing == ("transformers",)
    library.transformers.cache_clear()
