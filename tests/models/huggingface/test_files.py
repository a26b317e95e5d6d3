"""Which files are taken for a Hugging Face model, and how they reach its process."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from xai_core.base.errors import ModelError
from xai_core.base.storage.bundle import bundle_name, bundled
from xai_core.models.huggingface.family import family_of
from xai_core.models.loading import load_model, recognise
from xai_core.models.peek.hub_files import hub_files, weights_among
from xai_core.worker.process.lending import LentFiles

CONFIG = json.dumps({"model_type": "vit", "architectures": ["ViTModel"]})
TENSORS = {"vit.embeddings.cls_token": torch.zeros(1, 1, 4)}


def written(folder: Path, weights: str = "model.safetensors") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(CONFIG)
    save_file(TENSORS, folder / weights)
    return folder


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("pytorch_model.bin", "model.safetensors", "optimizer.bin"), "model.safetensors"),
        (("pytorch_model.bin", "training_args.bin"), "pytorch_model.bin"),
        (("model.safetensors.index.json", "a.safetensors"), "model.safetensors.index.json"),
        (("model (1).safetensors", "rng_state.pth"), "model (1).safetensors"),
        (("adapter_model.safetensors",), ""),
        (("one.pt", "two.pt"), ""),
    ],
)
def test_which_file_holds_the_weights(names: tuple[str, ...], expected: str) -> None:
    assert weights_among(names) == expected


def test_a_folder_a_zip_and_files_at_once(tmp_path: Path) -> None:
    folder = written(tmp_path / "model")
    data = {item.name: item.read_bytes() for item in folder.iterdir()}
    (tmp_path / "bundle").write_bytes(bundled(data))
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.writestr("__MACOSX/model/._config.json", "x")
        for name, content in data.items():
            archive.writestr(f"model/{name}", content)
    for path in (folder, tmp_path / "bundle", tmp_path / "zip", folder / "model.safetensors"):
        assert recognise(path).name == "huggingface", path
    assert bundle_name(data) in ("config.json and 1 more", "model.safetensors and 1 more")


def test_a_trainer_s_folder_and_the_cache_s(tmp_path: Path) -> None:
    inner = written(tmp_path / "out" / "checkpoint-5")
    found = hub_files(tmp_path / "out")
    assert found is not None
    assert found.root == "checkpoint-5/"
    written(tmp_path / "out" / "checkpoint-9")
    assert hub_files(tmp_path / "out") is None
    with pytest.raises(ModelError, match="holds 2 models"):
        recognise(tmp_path / "out")
    written(tmp_path / "out")
    assert (hub_files(tmp_path / "out") or found).root == ""
    assert inner.is_dir()


def test_the_cache_s_links_are_lent_and_no_others(tmp_path: Path) -> None:
    """`~/.cache/huggingface/hub/models--…/snapshots/…` holds links into `blobs`."""
    repo = tmp_path / "models--a--b"
    snapshot = repo / "snapshots" / "abc"
    written(repo / "blobs")
    snapshot.mkdir(parents=True)
    for name in ("config.json", "model.safetensors"):
        (snapshot / name).symlink_to(f"../../blobs/{name}")
    (tmp_path / "secret").write_text("x")
    (snapshot / "notes.txt").symlink_to(tmp_path / "secret")
    lent = LentFiles(tmp_path / "lent").lend([snapshot])[0]
    assert sorted(item.name for item in lent.iterdir()) == ["config.json", "model.safetensors"]


def test_what_lies_beside_weights_is_lent_with_them(tmp_path: Path) -> None:
    folder = written(tmp_path / "model")
    (folder / "other.txt").write_text("x")
    lent = LentFiles(tmp_path / "lent").lend([folder / "model.safetensors"])[0]
    assert sorted(one.name for one in lent.parent.iterdir()) == ["config.json", "model.safetensors"]


@pytest.mark.parametrize(
    ("names", "family"),
    [
        (["vit.encoder.layer.0.output.dense.weight"], ("vit", "")),
        (["model.vit.layers.0.mlp.fc1.weight"], ("vit", "model.")),
        (["resnet.embedder.embedder.convolution.weight"], ("resnet", "")),
        (["vision_model.embeddings.class_embedding"], ("clip_vision_model", "")),
        # torchvision's, timm's, and a team's own
        (["resnet.conv1.weight", "resnet.layer1.0.conv1.weight"], None),
        (["conv_proj.weight", "encoder.layers.encoder_layer_0.ln_1.weight"], None),
        (["patch_embed.proj.weight", "blocks.0.attn.qkv.weight"], None),
        (["swin.patch_embed.proj.weight"], None),
    ],
)
def test_names_of_tensors_tell_the_family(names: list[str], family: tuple[str, str] | None) -> None:
    assert family_of(names) == family


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("tf_model.h5", "x", "holds tf_model.h5"),
        ("adapter_config.json", "{}", "merge_and_unload"),
        ("readme.md", "x", "its weights"),
    ],
)
def test_a_configuration_without_weights(name: str, text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(CONFIG)
    (tmp_path / name).write_text(text)
    with pytest.raises(ModelError, match=says) as caught:
        load_model(tmp_path)
    assert caught.value.code == "missing-weights"


def test_the_configuration_alone_says_what_to_open(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(CONFIG)
    with pytest.raises(ModelError, match="without its weights"):
        recognise(tmp_path / "x")


def test_an_index_does_not_lead_out_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(CONFIG)
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "../b.safetensors"}}))
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path)
    assert caught.value.code == "unsafe-code"
    index.write_text(json.dumps({"weight_map": {"a": "b.safetensors"}}))
    with pytest.raises(ModelError, match="of them are not here") as lost:
        load_model(tmp_path)
    assert lost.value.code == "missing-weights"
