"""Files that must not be opened, or need more than they hold: each names its reason."""

from __future__ import annotations

import base64
import json
import marshal
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import pytest

from tests.models.formats.keras_nets import NETS, keras, layers, made, saved
from xai_core.base.errors import ModelError
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import inspect_file, load_model

pytestmark = pytest.mark.filterwarnings("ignore")
Change = Callable[[dict[str, Any], Path], object]


def code_of(canary: Path) -> dict[str, Any]:
    compiled = compile(f"lambda x: open({str(canary)!r}, 'w')", "x", "eval").co_consts[0]
    text = base64.b64encode(marshal.dumps(compiled)).decode()
    return {"code": text, "defaults": None, "closure": None}


def first_layer(config: dict[str, Any]) -> dict[str, Any]:
    return next(item for item in config["config"]["layers"] if item["class_name"] == "Conv2D")


def becomes(kind: str, module: str | None, inner: Any) -> Change:
    def change(config: dict[str, Any], canary: Path) -> None:
        layer = first_layer(config)
        layer.clear()
        layer |= {"class_name": kind, "module": module, "registered_name": None}
        layer["config"] = inner(canary) if callable(inner) else inner

    return change


def activation(value: Callable[[Path], Any]) -> Change:
    return lambda config, canary: first_layer(config)["config"].update(activation=value(canary))


def function(name: str, module: str) -> Callable[[Path], Any]:
    stored = {"class_name": "function", "config": name, "module": module, "registered_name": name}
    return lambda canary: stored


def lambda_layer(canary: Path) -> dict[str, Any]:
    stored = {"class_name": "__lambda__", "config": code_of(canary)}
    return {"name": "l", "function": stored, "output_shape": [4], "arguments": {}}


HOSTILE: dict[str, tuple[str, Change]] = {
    "lambda-layer": ("needs-trust", becomes("Lambda", "keras.layers", lambda_layer)),
    "lambda": (
        "needs-trust",
        activation(lambda canary: {"class_name": "__lambda__", "config": code_of(canary)}),
    ),
    "torch-pickle": (
        "needs-trust",
        becomes("TorchModuleWrapper", "keras.layers", {"module": "gASVAA==", "name": "t"}),
    ),
    "get-file": ("unsafe-code", activation(function("get_file", "keras.utils"))),
    "load-model": ("unsafe-code", activation(function("load_model", "keras.saving"))),
    "switch-off": (
        "unsafe-code",
        activation(function("enable_unsafe_deserialization", "keras.config")),
    ),
    "os-system": ("missing-code", activation(function("system", "os"))),
    "class-of-a-module": ("missing-code", becomes("Popen", "subprocess", {"args": "true"})),
    "second-model": ("unsafe-code", becomes("TFSMLayer", "keras.layers", {"filepath": "/tmp"})),  # noqa: S108
    "renamed": ("missing-code", becomes("Swish", "acme.layers", {"name": "swish"})),
}


def changed(source: Path, change: Change, canary: Path, target: Path) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "config.json":
                config = json.loads(data)
                change(config, canary)
                data = json.dumps(config).encode()
            new.writestr(name, data)
    return target


def refused(path: Path, options: LoadOptions | None = None) -> ModelError:
    with pytest.raises(ModelError) as caught:
        load_model(path, options)
    assert caught.value.hint
    return caught.value


def told_before_loading(path: Path) -> set[str]:
    try:
        return {finding.code for finding in inspect_file(path).findings}
    except ModelError as error:
        return {error.code}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_runs_without_trust(name: str, tmp_path: Path) -> None:
    code, change = HOSTILE[name]
    canary = tmp_path / "canary"
    source = saved(made(NETS["sequential"]), "keras", tmp_path)
    path = changed(source, change, canary, tmp_path / "x")
    assert refused(path).code == code
    assert code in told_before_loading(path)
    assert not canary.exists()


@pytest.mark.parametrize("name", ["lambda-layer", "lambda"])
def test_nothing_runs_out_of_hdf5(name: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    path = saved(made(NETS["sequential"]), "keras-h5", tmp_path)
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        HOSTILE[name][1](config, canary)
        first = next((item for item in config["config"]["layers"] if "module" in item), {})
        first.pop("module", None)
        del file.attrs["model_config"]
        file.attrs["model_config"] = json.dumps(config)
    assert refused(path).code == "needs-trust"
    assert not canary.exists()


def test_keras_alone_refuses_too(tmp_path: Path) -> None:
    """The check before Keras is a second one, not the only one."""
    canary = tmp_path / "canary"
    source = saved(made(NETS["sequential"]), "keras", tmp_path)
    for name in ("lambda-layer", "torch-pickle", "get-file", "os-system"):
        path = changed(source, HOSTILE[name][1], canary, tmp_path / "x.keras")
        with pytest.raises((ValueError, TypeError)):
            keras.saving.load_model(path, safe_mode=True)
    assert not canary.exists()


CODE = """
import keras

class Twice(keras.layers.Layer):
    def call(self, x):
        return 2 * x
"""


@pytest.fixture
def own_layer(tmp_path: Path) -> tuple[Path, Path]:
    code = tmp_path / "acme_layers.py"
    code.write_text(CODE)
    space: dict[str, Any] = {"__name__": "acme_layers"}
    exec(CODE, space)  # noqa: S102 - the text above
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.Conv2D(2, 3), space["Twice"](), layers.Flatten()]
    )
    return saved(model, "keras", tmp_path), code


def test_own_layers_come_from_the_user_s_file(own_layer: tuple[Path, Path]) -> None:
    path, code = own_layer
    assert inspect_file(path).missing == ("acme_layers.Twice",)
    assert "Twice" in refused(path).message
    assert refused(path, LoadOptions(code=(code,))).code == "missing-code"
    model = load_model(path, LoadOptions(code=(code,), trust=True))
    assert type(dict(model.module.named_modules())["twice"]).__name__ == "Twice"  # type: ignore[union-attr]
    assert refused(path).code == "missing-code"


def test_a_lambda_layer_opens_with_trust(tmp_path: Path) -> None:
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.Lambda(lambda x: x / 255.0), layers.Flatten()]
    )
    path = saved(model, "keras", tmp_path)
    assert refused(path).code == "needs-trust"
    assert load_model(path, LoadOptions(trust=True)).module is not None


def test_two_inputs_are_named(tmp_path: Path) -> None:
    a, b = keras.Input((8, 8, 3)), keras.Input((8, 8, 3))
    model = keras.Model([a, b], layers.Flatten()(layers.Add()([a, b])))
    error = refused(saved(model, "keras", tmp_path))
    assert error.code == "other-inputs"
    assert "2 inputs" in error.message


def test_an_input_that_is_no_picture_is_named(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((8, 8, 6, 2)), layers.Flatten()])
    assert "8 × 8 × 6 × 2" in refused(saved(model, "keras", tmp_path)).message


def test_weights_alone_are_named(tmp_path: Path) -> None:
    made(NETS["nested"]).save_weights(tmp_path / "x.weights.h5")
    path = (tmp_path / "x.weights.h5").rename(tmp_path / "x")
    assert refused(path).code == "missing-architecture"
    assert inspect_file(path).findings[0].code == "missing-architecture"


@pytest.mark.parametrize("kind", ["keras", "keras-h5"])
@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_broken_off_files_are_named(kind: str, share: float, tmp_path: Path) -> None:
    path = saved(made(NETS["nested"]), kind, tmp_path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert refused(path).code == "corrupt-file"


def _repeated(path: Path, archive: zipfile.ZipFile) -> None:
    archive.writestr("config.json", "{}")


def _bomb(path: Path, archive: zipfile.ZipFile) -> None:
    archive.writestr("assets/x", bytes(64 * 2**20), zipfile.ZIP_DEFLATED)


def _outside(path: Path, archive: zipfile.ZipFile) -> None:
    archive.writestr("../x", "x")


@pytest.mark.parametrize("add", [_repeated, _bomb, _outside])
def test_archives_that_keras_does_not_write(
    add: Callable[[Path, zipfile.ZipFile], object], tmp_path: Path
) -> None:
    path = saved(made(NETS["nested"]), "keras", tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        add(path, archive)
    assert refused(path).code == "unsafe-code"


def test_other_names_beside_the_model_s_do_no_harm(tmp_path: Path) -> None:
    path = saved(made(NETS["nested"]), "keras", tmp_path)
    shutil.copy(path, tmp_path / "y")
    with zipfile.ZipFile(tmp_path / "y", "a") as archive:
        archive.writestr("assets/readme.txt", "hello")
    assert load_model(tmp_path / "y").module is not None
