"""TorchScript without trust: whatever it asks for beyond computing is refused before it runs."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.dose import dose
from tests.security.scripts import (
    CODE,
    Entries,
    run,
    sound,
    two_archives,
    two_ends,
    with_body,
    with_code,
    zipped,
)
from xai_core.base.errors import ModelError
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import inspect_file, load_model

pytestmark = pytest.mark.filterwarnings("ignore")
SAVE = 'torch.save(x, "{0}")'
# Each of these was seen to write the canary where nothing refused it, but those named `odd`.
BODIES = {
    "plain": SAVE,
    "operator": 'ops.aten.save(x, "{0}")',
    "space before the dot": 'torch .save(x, "{0}")',
    "space behind the dot": 'torch. save(x, "{0}")',
    "tab": 'torch.\tsave(x, "{0}")',
    "brackets": '(torch.save)(x, "{0}")',
    "continued line": 'torch.\\\nsave(x, "{0}")',
    "alias": 'f = torch.save\nf(x, "{0}")',
    "alias of torch": 't = torch\nt.save(x, "{0}")',
    "alias of ops": 'o = ops\no.aten.save(x, "{0}")',
    "alias of aten": 'o = ops.aten\no.save(x, "{0}")',
    "getattr": 'getattr(torch, "save")(x, "{0}")',
    "getattr, escaped": 'getattr(torch, "sa\\166e")(x, "{0}")',
    "getattr, in parts": 'getattr(torch, "sa" "ve")(x, "{0}")',
    "getattr of aten": 'getattr(ops.aten, "save")(x, "{0}")',
    "getattr of ops": 'getattr(ops, "aten").save(x, "{0}")',
    "autograd": 'torch.autograd.save(x, "{0}")',
    "keywords": 'torch.save(item=x, filename="{0}")',
    "in a list": 'y = [torch.save(x, "{0}")]',
    "in a comprehension": 'y = [torch.save(z, "{0}") for z in [x]]',
    "in a condition": 'assert torch.save(x, "{0}") is None',
    "in a branch": 'if True:\n  torch.save(x, "{0}")\nelse:\n  pass',
    "file mapped": 'y = torch.from_file("{0}", True, 256)',
    "odd method": 'x.save("{0}")',
    "odd text": '("{0}").from_file(True, 8)',
    "odd comment": 'torch. # type: x\nsave(x, "{0}")',
    "odd feed": 'torch.\x0csave(x, "{0}")',
    "odd return": 'torch.\rsave(x, "{0}")',
    "odd number": 'y = 1.save("{0}")',
    "odd semicolon": 'y = 1; torch.save(x, "{0}")',
    "odd string": 'y = """\n"""; torch.save(x, "{0}")',
}
MEMORY = {
    "set": "x.set_(weight)",
    "unsafe sparse": "y = torch._sparse_coo_tensor_unsafe(x, weight, [2**40])",
    "unsafe reduce": 'y = torch.segment_reduce(x, "sum", unsafe=True)',
    "alias of memory": "y = torch._reshape_alias(x, [2**30], [1])",
    "wild indices": "torch.max_pool2d_with_indices_backward(x, x, [1], [1], [0], [1], False, x)",
    "compiled class": "y = __torch__.torch.classes.rpc.Any.get(x)",
    "compiled class in brackets": "y = (__torch__.torch).classes.rpc.Any.get(x)",
    "compiled class by alias": "y = __torch__.torch\nz = y.classes.rpc",
    "other operators": "y = ops.c10d.barrier(x)",
    "vision's files": 'y = ops.image.read_file("/etc/passwd")',
    "cast of an object": "y = unchecked_cast(__torch__.tests.security.scripts.Small, x)",
    "cast of objects": "y = unchecked_cast(List[__torch__.tests.security.scripts.Small], x)",
    "remote": 'rpc_async("a", x)',
    "unknown": "y = torch.brand_new_operator(x)",
    "brackets without end": "y = " + "(" * 20_000 + "x" + ")" * 20_000,
    "signs without end": "y = " + "-" * 20_000 + "x",
    "choices without end": "y = " + "x if True else " * 20_000 + "x",
    "dots without end": "y = x" + ".data" * 20_000,
    "blocks without end": "".join(" " * n + "if True:\n" for n in range(900)) + " " * 900 + "pass",
}


def refused(path: Path, *codes: str) -> str:
    with pytest.raises(ModelError) as caught:
        run(path)
    assert caught.value.code in codes
    return str(caught.value)


@pytest.mark.parametrize("kind", BODIES)
def test_code_that_writes_is_refused(kind: str, tmp_path: Path) -> None:
    canary, path = tmp_path / "canary", tmp_path / "m"
    path.write_bytes(zipped(with_body(BODIES[kind].format(canary))))
    message = refused(path, "unsafe-code")
    assert inspect_file(path).needs_trust
    assert not canary.exists()
    assert str(canary) not in message  # a text of the file's is not repeated


def test_the_canary_sings(tmp_path: Path) -> None:
    canary, path = tmp_path / "canary", tmp_path / "m"
    for kind in ("alias of ops", "getattr, in parts", "in a comprehension"):
        path.write_bytes(zipped(with_body(BODIES[kind].format(canary))))
        run(path, trust=True)
        assert canary.exists()
        canary.unlink()


@pytest.mark.parametrize("kind", MEMORY)
def test_code_beyond_computing_is_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(zipped(with_body(MEMORY[kind])))
    refused(path, "unsafe-code")


def test_what_runs_while_loading_is_refused(tmp_path: Path) -> None:
    canary, path = tmp_path / "canary", tmp_path / "m"
    method = f'  def __setstate__(self, state: int) -> None:\n    torch .save(state, "{canary}")\n'
    path.write_bytes(zipped(with_code(lambda code: code + method)))
    refused(path, "unsafe-code")
    assert not canary.exists()


def _moved(hostile: Entries, name: str) -> Entries:
    return {**{key: data for key, data in hostile.items() if key != CODE}, name: hostile[CODE]}


def test_archives_that_are_read_in_two_ways_are_refused(tmp_path: Path) -> None:
    canary, path = tmp_path / "canary", tmp_path / "m"
    line = SAVE.format(canary)
    hostile, shown = with_body(line), with_body(f'y = "{"a" * (len(line) - 6)}"')
    other = {"m/code/__torch__/b.py": b"class B(Module):\n  pass\n"}
    files = {
        "two ends": two_ends(shown, hostile),
        "two archives": two_archives(shown, hostile),
        "name in other case": zipped(_moved(hostile, CODE[:-1] + "Y") | other),
        "folder in other case": zipped(_moved(hostile, CODE.replace("code/", "CODE/")) | other),
        "both cases": zipped({CODE[:-2] + "Py": hostile[CODE], **shown}),
        "both cases of numbers": zipped({**sound(), "m/DATA/0": bytes(4)}),
        "older layout": zipped({**sound(), "m/model.json": b"{}"}),
        "older layout in capitals": zipped({**sound(), "m/Model.JSON": b"{}"}),
        "other folder": zipped({**sound(), "n/code/__torch__/b.py": b""}),
        "prefix": b"PK\x03\x04" + bytes(60) + zipped(sound()),
        "comment": zipped(sound())[:-2] + b"\x04\x00abcd",
        "behind": zipped(sound()) + b"x",
    }
    for kind, data in files.items():
        path.write_bytes(data)
        assert refused(path, "unsafe-code"), kind
        assert not canary.exists(), kind


def test_headers_that_disagree_are_refused(tmp_path: Path) -> None:
    path, data = tmp_path / "m", zipped(sound())
    local = data.index(CODE.encode())
    changes = {
        "name": (local, b"M"),
        "size": (local - 8, b"\x01"),
        "packed size": (local - 12, b"\x01"),
        "method": (local - 22, b"\x08"),
        "flags": (local - 24, b"\x01"),
        "unicode name": (data.rindex(CODE.encode()) - 38, b"\x01"),
    }
    for kind, (place, value) in changes.items():
        path.write_bytes(data[:place] + value + data[place + 1 :])
        assert refused(path, "unsafe-code"), kind


def _pickled(old: bytes, new: bytes) -> Entries:
    data = sound()["m/data.pkl"]
    assert data.count(old) == 1
    return {**sound(), "m/data.pkl": data.replace(old, new)}


def test_tensors_beyond_their_numbers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m"
    size, step = b"K\x00(K@t(K\x01t", b"K\x00(K@t"
    files = {
        "short record": {**sound(), "m/data/0": bytes(4)},
        "long record": {**sound(), "m/data/0": bytes(1024)},
        "no record": {key: data for key, data in sound().items() if key != "m/data/0"},
        "wild offset": _pickled(size, b"J\x00\x00\x00\x7f(K@t(K\x01t"),
        "negative offset": _pickled(size, b"J\xff\xff\xff\xff(K@t(K\x01t"),
        "wild size": _pickled(size, b"K\x00(J\x00\x00\x00\x7ft(K\x01t"),
        "wild stride": _pickled(size, b"K\x00(K@t(J\x00\x00\x00\x7ft"),
        "negative stride": _pickled(size, b"K\x00(K@t(J\xff\xff\xff\xfft"),
        "fewer strides": _pickled(size, step + b"(t"),
        "other kind": _pickled(b"FloatStorage", b"DoubleStorage"),
    }
    for kind, entries in files.items():
        path.write_bytes(zipped(entries))
        assert refused(path, "corrupt-file"), kind


def test_pickles_that_torch_does_not_write_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m"
    class_ = b"c__torch__.tests.security.scripts\nSmall\n"
    files = {
        "number as function": _pickled(b")RtR", b")RtK\x00R"),
        "another class": _pickled(class_, b"cos\nsystem\n"),
        "compiled class": _pickled(class_, b"c__torch__.torch.classes.rpc\nAny\n"),
        "remote reference": _pickled(class_, b"ctorch.distributed.rpc\nrref\n"),
        "huge memo": _pickled(b"q\x00)", b"r\xff\xff\xff\xff)"),
        "second pickle": {**sound(), "m/data.pkl": sound()["m/data.pkl"] + b"\x80\x02N."},
        "other operation": _pickled(b"q\x00)", b"q\x00\x8f0)"),
    }
    for kind, entries in files.items():
        path.write_bytes(zipped(entries))
        assert refused(path, "corrupt-file", "unsafe-code"), kind


class Inner(nn.Module):
    """With a tensor at a place that an empty module has not."""

    def __init__(self) -> None:
        super().__init__()
        self.values = [torch.ones(3), torch.ones(3)]
        self.pair, self.names = (1, "a"), {"a": torch.ones(3)}
        self.last = torch.ones(3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.last + self.values[self.pair[0]] + self.names[self.pair[1]]


class Outer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner, self.other = Inner(), nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.other(self.inner(x))


def test_objects_are_of_the_types_that_the_code_declares(tmp_path: Path) -> None:
    _saved(Outer(), tmp_path / "sound", traced=False)
    with zipfile.ZipFile(tmp_path / "sound") as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    (name,) = [name for name in entries if name.endswith("/data.pkl")]
    (tmp_path / "m").write_bytes(zipped(entries))
    assert not inspect_file(tmp_path / "m").needs_trust
    inner = b"c__torch__.tests.security.test_02_torchscript\nInner\n"
    changes = {
        "another class": (inner, b"c__torch__.torch.nn.modules.linear\nIdentity\n"),
        "a class without code": (inner, b"c__torch__.a\nB\n"),
        "a number for a text": (b"X\x01\x00\x00\x00aq", b"K\x01q"),
        "flag for a number": (b"K\x01X", b"\x88X"),
    }
    for kind, (old, new) in changes.items():
        assert old in entries[name], kind
        data = entries[name].replace(old, new, 1)
        (tmp_path / "m").write_bytes(zipped({**entries, name: data}))
        assert refused(tmp_path / "m", "unsafe-code"), kind


def _saved(model: nn.Module, path: Path, traced: bool) -> None:
    example = torch.rand(1, 3, 32, 32)
    made = torch.jit.trace(model.eval(), example) if traced else torch.jit.script(model.eval())
    torch.jit.save(made, path)


@pytest.mark.parametrize(
    "kind", dose(("mobilenet_v2", "convnext"), ("mobilenet_v2", "convnext", "efficientnet_b0"))
)
def test_networks_of_torchvision_need_no_trust(kind: str, tmp_path: Path) -> None:
    from xai_core.models.vision_libraries import make_importable

    make_importable()
    from torchvision import models
    from torchvision.models.convnext import CNBlockConfig, ConvNeXt

    settings = [CNBlockConfig(8, 16, 1), CNBlockConfig(16, None, 2)]
    model = ConvNeXt(settings, num_classes=5) if kind == "convnext" else models.get_model(kind)
    _saved(model, tmp_path / "m", traced=kind != "convnext")
    assert not inspect_file(tmp_path / "m").needs_trust
    quick = LoadOptions(patience=0.001)  # its layers are proven elsewhere
    module = load_model(tmp_path / "m", quick).module
    assert module is not None
    example = torch.rand(1, 3, 32, 32)
    assert torch.equal(module(example), model(example))


class Honest(nn.Module):
    """What scripts of honest models have: other names, branches, texts, lists, no_grad, print."""

    def __init__(self) -> None:
        super().__init__()
        self.ops = nn.ModuleList([nn.ReLU(), nn.Sigmoid()])
        self.classes = nn.Conv2d(3, 3, 1)
        self.load, self.owned = 3, 'it\'s "odd"\n\\'

    def forward(self, x: torch.Tensor, flag: bool = True) -> torch.Tensor:
        with torch.no_grad():
            scale = x.abs().amax()
        x = self.classes(x)
        values: list[torch.Tensor] = []
        for op in self.ops:
            print(x.shape)
            values += [op(x)]
        if flag and self.load > 2 and len(self.owned) > 0:
            x = torch.stack(values).sum(0) / scale.clamp(min=1e-6)
        assert x.dim() == 4, f"expected four axes, got {x.dim()}"
        return nn.functional.interpolate(x, scale_factor=2.0, mode="bilinear").mean((2, 3))


def test_odd_but_honest_code_needs_no_trust(tmp_path: Path) -> None:
    model = Honest()
    _saved(model, tmp_path / "m", traced=False)
    assert not inspect_file(tmp_path / "m").needs_trust
    module = load_model(tmp_path / "m", LoadOptions(patience=0.001)).module
    assert module is not None
    example = torch.rand(1, 3, 8, 8)
    assert torch.allclose(module(example), model(example))


def test_where_nothing_guards_the_process_a_script_needs_trust(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xai_core.worker import Worker
    from xai_core.worker.process.budget import PROTECTION

    (tmp_path / "m").write_bytes(zipped(sound()))
    torch.save(nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 2)), tmp_path / "module")
    monkeypatch.setenv(PROTECTION, "off")
    with Worker() as worker:
        assert worker.inspect(tmp_path / "m").needs_trust
        with pytest.raises(ModelError) as caught:
            worker.load(tmp_path / "m")
        assert caught.value.code == "needs-trust"
        assert not worker.inspect(tmp_path / "module").needs_trust
