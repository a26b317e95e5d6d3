"""What a package says of the model in it, and which one is opened."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from tests.handover.packed import NAMES, SIZE, mar, mlflow, network, saved, tarred, zipped
from xai_core.base.errors import ModelError
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import inspect_file, load_model, recognise
from xai_core.models.packages.base import PACKAGES
from xai_core.models.peek.digest import digest
from xai_core.models.peek.hub_files import hub_files
from xai_core.models.unpacking.opening import opened
from xai_core.runs.opening import opening_of


@pytest.fixture
def data(tmp_path: Path) -> bytes:
    return saved(network(), tmp_path / "net.pth")


def test_the_package_and_its_inner_file_are_told(tmp_path: Path) -> None:
    place = mlflow(tmp_path / "model", "pytorch", model_data="data")
    saved(network(), place / "data/model.pth")
    found, model = inspect_file(place), load_model(place)
    assert found.format == model.format == recognise(place).name == "torch-eager"
    assert found.sha256 == model.sha256 == digest(place).sha256
    assert found.facts["Package"] == "an MLflow model"
    assert found.member == model.member == "data/model.pth"
    assert model.input_spec.shape == (3, SIZE, SIZE)
    assert {"package-opened", "input-declared"} <= {one.code for one in model.findings}


def test_a_signature_that_is_another_models_is_left_out(tmp_path: Path) -> None:
    place = mlflow(tmp_path / "model", "pytorch", model_data="data")
    saved(torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten()), place / "data/m.pth")
    assert load_model(place).input_spec.channels == 1


def test_class_names_go_before_the_models_own(tmp_path: Path, data: bytes) -> None:
    labels = {"index_to_name.json": json.dumps({"mapping": dict(enumerate(NAMES))}).encode()}
    path = mar(tmp_path / "net.mar", {"serializedFile": "m.pth"}, {"m.pth": data, **labels})
    assert load_model(path).labels == NAMES


def test_the_manifest_names_the_model(tmp_path: Path, data: bytes) -> None:
    said = {"serializedFile": "one.pth"}
    assert load_model(mar(tmp_path / "net.mar", said, {"one.pth": data, "two.pth": data})).member


def test_several_are_a_choice(tmp_path: Path, data: bytes) -> None:
    path = zipped(tmp_path / "two.zip", {"a/net.pth": data, "b.pth": data, "notes.md": b"x"})
    with pytest.raises(ModelError, match="holds 2 models") as error:
        inspect_file(path)
    assert error.value.facts["members"] == ["b.pth", "a/net.pth"]
    with pytest.raises(ModelError, match="There is no model 'c'"):
        load_model(path, LoadOptions(member="c"))
    model = load_model(path, LoadOptions(member="a/net.pth"))
    assert (model.member, model.members) == ("a/net.pth", ("b.pth", "a/net.pth"))
    with pytest.raises(ModelError, match="leave `--member` out"):
        load_model(tmp_path / "net.pth", LoadOptions(member="a"))


def test_the_name_of_an_opening_is_that_of_before_without_a_member() -> None:
    assert opening_of(LoadOptions()).startswith("4a56d977")
    assert opening_of(LoadOptions(member="a")) != opening_of(LoadOptions(member="b"))


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_folder_and_its_archives_hold_the_same(tmp_path: Path, mode: str) -> None:
    place = tmp_path / "deep" / "er"
    place.mkdir(parents=True)
    saved(network(), place / "net.pth")
    (place / "notes.txt").write_text("a note")
    path = tarred(tmp_path / "net.tar", tmp_path / "deep", mode)
    found = [inspect_file(one) for one in (path, tmp_path / "deep")]
    assert [one.member for one in found] == ["er/net.pth", "er/net.pth"]
    shutil.rmtree(tmp_path / "deep")
    assert load_model(path).member == "er/net.pth"  # nothing is needed of it afterwards


@pytest.mark.parametrize(
    ("files", "told", "code"),
    [
        ({"notes.md": b"x"}, "a zip archive without a model in it", "unknown-format"),
        ({"x.engine": b"ftrt" + b"\0" * 99}, "In it lies 'x.engine'", "inference-format"),
        ({"MLmodel": b"flavors: {sklearn: {}}"}, "MLflow model of flavour sklearn", ""),
        ({"MLmodel": b"flavors: {pytorch: {}}"}, "flavour pytorch is here", "missing-weights"),
        ({"MLmodel": b"a: ["}, "`?MLmodel`? should say", "corrupt-file"),
        ({"MAR-INF/MANIFEST.json": b"[]"}, "should say which file", "corrupt-file"),
    ],
)
def test_without_a_model_the_cause_is_told(
    tmp_path: Path, files: dict[str, bytes], told: str, code: str
) -> None:
    with pytest.raises(ModelError, match=told) as error:
        inspect_file(zipped(tmp_path / "a.zip", files))
    assert error.value.code == (code or "unknown-format")


def test_every_plugin_is_told_by_a_file_of_its_own_but_the_last() -> None:
    plain = [one.name for one in PACKAGES if one.recognise(["notes.txt", "net.pth"])]
    assert plain == ["archive"] == [one.name for one in PACKAGES][-1:]


@pytest.mark.parametrize("packed", [False, True])
def test_a_network_of_transformers_finds_its_processor(tmp_path: Path, packed: bool) -> None:
    place = mlflow(tmp_path / "it", "transformers", model_binary="model", components=["x"])
    for name, text in (
        ("model/config.json", '{"model_type": "vit", "architectures": ["ViTModel"]}'),
        ("model/model.safetensors", "weights"),
        ("components/image_processor/preprocessor_config.json", '{"size": {"height": 32}}'),
    ):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    path = tarred(tmp_path / "it.tar.gz", place) if packed else place
    with opened(path) as found:
        assert found.member == "model/model.safetensors"
        files = hub_files(found.path)
        assert files is not None
        assert (files.family, files.processor) == ("vit", {"size": {"height": 32}})
