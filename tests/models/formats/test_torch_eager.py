from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.models.formats.samples import usual_layers
from xai_core.base.errors import ModelError
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import inspect_file, load_model

NET = """
import torch
from torch import nn
{extra}

class {name}(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return torch.relu(self.conv(x)).mean((2, 3))
"""


@pytest.fixture(autouse=True)
def _clean_imports() -> Iterator[None]:
    before = set(sys.modules)
    finders = list(sys.meta_path)
    yield
    sys.meta_path[:] = finders
    for name in set(sys.modules) - before:
        if name.split(".")[0] in ("acme", "net", "blocks", "user_code_code"):
            del sys.modules[name]


def same_outputs(one: nn.Module, other: nn.Module, shape: tuple[int, ...] = (2, 3, 16, 16)) -> bool:
    inputs = torch.rand(shape)
    return torch.equal(one.eval()(inputs), other.eval()(inputs))


def own_class(
    tmp_path: Path, module: str, name: str = "Net", extra: str = ""
) -> tuple[Path, nn.Module]:
    """A model file whose class lives in `module`, and is gone afterwards."""
    from types import ModuleType

    made = ModuleType(module)
    sys.modules[module] = made
    parents = module.split(".")
    for end in range(1, len(parents)):
        sys.modules.setdefault(".".join(parents[:end]), ModuleType(".".join(parents[:end])))
    exec(NET.format(name=name, extra=extra), vars(made))  # noqa: S102
    torch.manual_seed(0)
    model = vars(made)[name]().eval()
    torch.save(model, tmp_path / "model.pt")
    for end in range(1, len(parents) + 1):
        del sys.modules[".".join(parents[:end])]
    return tmp_path / "model.pt", model


@pytest.mark.parametrize("wrap", [None, "model", "ema", "my_own_key"])
def test_usual_layers_need_no_trust(wrap: str | None, tmp_path: Path) -> None:
    model = usual_layers()
    torch.save(model if wrap is None else {"epoch": 3, wrap: model}, tmp_path / "m.pt")
    assert not inspect_file(tmp_path / "m.pt").needs_trust
    loaded = load_model(tmp_path / "m.pt")
    assert loaded.module is not None
    assert same_outputs(loaded.module, model)
    assert type(loaded.module) is nn.Sequential
    assert not any(child.training for child in loaded.module.modules())
    assert [f.code for f in loaded.findings] == ([] if wrap is None else ["checkpoint-entry"])


def test_a_module_that_was_scripted_before(tmp_path: Path) -> None:
    model = usual_layers()
    torch.jit.script(model)
    torch.save(model, tmp_path / "m.pt")
    loaded = load_model(tmp_path / "m.pt")
    assert loaded.module is not None
    assert same_outputs(loaded.module, model)


def from_gpu(source: Path, target: Path) -> Path:
    """The same file as a machine with a GPU writes it: every storage says `cuda:0`."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename.endswith("data.pkl"):
                assert b"X\x03\x00\x00\x00cpu" in data
                data = data.replace(b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0")
            new.writestr(item.filename, data)
    return target


def test_a_module_saved_on_a_gpu(tmp_path: Path) -> None:
    model = usual_layers()
    torch.save(model, tmp_path / "m.pt")
    loaded = load_model(from_gpu(tmp_path / "m.pt", tmp_path / "gpu.pt"))
    assert loaded.module is not None
    assert same_outputs(loaded.module.cpu(), model)


LAYERS = {
    "transformer": (nn.TransformerEncoderLayer(8, 2, 16), (2, 5, 8)),
    "attention": (
        nn.TransformerEncoder(
            nn.TransformerEncoderLayer(8, 2, 16, activation="gelu", batch_first=True), 2
        ),
        (2, 5, 8),
    ),
    "embedding-free": (nn.Sequential(nn.Unflatten(1, (2, 4)), nn.Flatten()), (2, 8)),
    "transposed": (nn.ConvTranspose2d(3, 2, 3), (1, 3, 5, 5)),
    "pads": (nn.Sequential(nn.ReflectionPad2d(1), nn.ZeroPad2d(2)), (1, 3, 5, 5)),
}


@pytest.mark.parametrize("kind", LAYERS)
def test_layers_are_bit_equal(kind: str, tmp_path: Path) -> None:
    model, shape = LAYERS[kind]
    torch.save(model, tmp_path / "m.pt")
    loaded = load_model(tmp_path / "m.pt").module
    assert loaded is not None
    assert same_outputs(loaded, model, shape)


def test_recurrent_layer(tmp_path: Path) -> None:
    model = nn.LSTM(3, 4).eval()
    torch.save(model, tmp_path / "m.pt")
    loaded = load_model(tmp_path / "m.pt").module
    assert loaded is not None
    inputs = torch.rand(2, 5, 3)
    assert torch.equal(loaded(inputs)[0], model(inputs)[0])


def test_shared_layers_stay_shared(tmp_path: Path) -> None:
    shared = nn.Conv2d(3, 3, 1)
    torch.save(nn.Sequential(shared, shared), tmp_path / "m.pt")
    loaded = load_model(tmp_path / "m.pt").module
    assert loaded is not None
    assert loaded[0] is loaded[1]  # type: ignore[index]


def test_demo_architecture_needs_no_trust(tmp_path: Path) -> None:
    from xai_core.models.architectures.base import ARCHITECTURES

    model = ARCHITECTURES["efficientnet-lite0"].build(7).eval()
    torch.save(model, tmp_path / "m.pt")
    loaded = load_model(tmp_path / "m.pt").module
    assert loaded is not None
    assert same_outputs(loaded, model, (1, 3, 64, 64))


def test_data_parallel_is_unwrapped(tmp_path: Path) -> None:
    torch.save(nn.DataParallel(usual_layers()), tmp_path / "m.pt")
    assert type(load_model(tmp_path / "m.pt").module) is nn.Sequential


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_become_float32(kind: torch.dtype, tmp_path: Path) -> None:
    torch.save(usual_layers().to(kind), tmp_path / "m.pt")
    loaded = load_model(tmp_path / "m.pt")
    assert loaded.module is not None
    assert {p.dtype for p in loaded.module.parameters()} == {torch.float32}
    assert [f.code for f in loaded.findings] == ["precision-changed"]


def test_grey_models_get_a_grey_input(tmp_path: Path) -> None:
    torch.save(nn.Sequential(nn.Conv2d(1, 2, 3)), tmp_path / "m.pt")
    assert load_model(tmp_path / "m.pt").input_spec.channels == 1


@pytest.mark.parametrize("module", ["acme", "acme.net", "acme.deep.net", "__main__", "types"])
def test_own_class(module: str, tmp_path: Path) -> None:
    if module in ("__main__", "types"):
        path, model = _pretend(tmp_path, module)
    else:
        path, model = own_class(tmp_path, module)
    code = tmp_path / "net.py"
    code.write_text(NET.format(name="Net", extra=""))
    if module == "types":  # a name from a module that builds code is never looked up
        with pytest.raises(ModelError) as caught:
            load_model(path, LoadOptions(code=(code,), trust=True))
        assert caught.value.code == "unsafe-code"
        return
    with pytest.raises(ModelError) as caught:
        load_model(path)
    assert caught.value.code == "missing-code"
    assert f"`{module}.Net`" in caught.value.message
    assert "2 tensors" in caught.value.message
    with pytest.raises(ModelError) as caught:
        load_model(path, LoadOptions(code=(code,)))
    assert caught.value.code == "needs-trust"
    assert f"{module}.Net" in caught.value.message
    loaded = load_model(path, LoadOptions(code=(code,), trust=True)).module
    assert loaded is not None
    assert same_outputs(loaded, model)


def _pretend(tmp_path: Path, module: str) -> tuple[Path, nn.Module]:
    path, model = own_class(tmp_path, "m" * len(module))
    data = path.read_bytes().replace(
        b"c" + b"m" * len(module) + b"\n", b"c" + module.encode() + b"\n"
    )
    _rezip(path, data)
    return path, model


def _rezip(path: Path, data: bytes) -> None:
    import io
    import zipfile

    path.write_bytes(data)
    source = zipfile.ZipFile(io.BytesIO(data))
    with zipfile.ZipFile(path, "w") as out:
        for item in source.infolist():
            start = item.header_offset + 30
            names = int.from_bytes(data[start - 4 : start - 2], "little")
            extra = int.from_bytes(data[start - 2 : start], "little")
            begin = start + names + extra
            out.writestr(item.filename, data[begin : begin + item.file_size])


def test_code_files_import_each_other(tmp_path: Path) -> None:
    path, model = own_class(tmp_path, "acme.net", extra="")
    (tmp_path / "net.py").write_text(NET.format(name="Net", extra="from acme.blocks import VALUE"))
    (tmp_path / "blocks.py").write_text("VALUE = 1\n")
    files = (tmp_path / "net.py", tmp_path / "blocks.py")
    loaded = load_model(path, LoadOptions(code=files, trust=True)).module
    assert loaded is not None
    assert same_outputs(loaded, model)


def test_code_of_the_next_model_replaces_that_of_the_last(tmp_path: Path) -> None:
    path, _ = own_class(tmp_path, "net")
    for marker in ("first", "second"):
        folder = tmp_path / marker
        folder.mkdir()
        (folder / "net.py").write_text(NET.format(name="Net", extra=f"MARKER = {marker!r}"))
        loaded = load_model(path, LoadOptions(code=(folder / "net.py",), trust=True)).module
        assert marker == sys.modules[type(loaded).__module__].MARKER


@pytest.mark.parametrize("text", ["raise SystemError('no')", "import nothing_of_that_name", "("])
def test_broken_code_file(text: str, tmp_path: Path) -> None:
    path, _ = own_class(tmp_path, "acme")
    (tmp_path / "net.py").write_text(text)
    with pytest.raises(ModelError) as caught:
        load_model(path, LoadOptions(code=(tmp_path / "net.py",), trust=True))
    assert caught.value.code == "missing-code"
    assert "net.py" in caught.value.message


def test_a_file_named_like_a_library_shadows_nothing(tmp_path: Path) -> None:
    path, model = own_class(tmp_path, "acme")
    (tmp_path / "torch.py").write_text(NET.format(name="Net", extra=""))
    loaded = load_model(path, LoadOptions(code=(tmp_path / "torch.py",), trust=True)).module
    assert loaded is not None
    assert same_outputs(loaded, model)
    assert sys.modules["torch"] is torch


def test_old_layout_and_new_protocols_need_trust(tmp_path: Path) -> None:
    model = usual_layers()
    torch.save(model, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    torch.save(model, tmp_path / "new.pt", pickle_protocol=4)
    for name in ("old.pt", "new.pt"):
        assert inspect_file(tmp_path / name).needs_trust
        with pytest.raises(ModelError) as caught:
            load_model(tmp_path / name)
        assert caught.value.code == "needs-trust"
        loaded = load_model(tmp_path / name, LoadOptions(trust=True)).module
        assert loaded is not None
        assert same_outputs(loaded, model)


def test_no_model_in_the_file(tmp_path: Path) -> None:
    torch.save([1, 2, 3], tmp_path / "m.pt")
    with pytest.raises(ModelError, match="holds a list"):
        load_model(tmp_path / "m.pt")
