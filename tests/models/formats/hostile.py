"""Files that try to run code while they are looked into or loaded.

Each entry writes one file. What it tries to run creates the file `canary`.
"""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

Writer = Callable[[Path, Path], object]


class Reduced:
    """Pickles as a call."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.call = (function, args)

    def __reduce__(self) -> Any:
        return self.call


def archive(path: Path, data: bytes, extra: dict[str, bytes] | None = None, **options: Any) -> None:
    """A zip as torch.save writes it, around any pickle."""
    entries = {"a/data.pkl": data, "a/byteorder": b"little", "a/version": b"3\n"}
    with zipfile.ZipFile(path, "w", **options) as out:
        for name, content in {**entries, **(extra or {})}.items():
            out.writestr(name, content)


def calls(module: str, name: str, argument: str, protocol: int = 2) -> bytes:
    """A pickle that calls `module.name(argument)`."""
    text = argument.encode()
    if protocol >= 4:
        word = lambda s: b"\x8c" + bytes([len(s)]) + s.encode()  # noqa: E731
        load = word(module) + word(name) + b"\x93"
    else:
        load = f"c{module}\n{name}\n".encode()
    body = b"X" + struct.pack("<I", len(text)) + text
    return b"\x80" + bytes([protocol]) + load + body + b"\x85R."


def touch(canary: Path) -> str:
    return f"touch {canary}"


def python(canary: Path) -> str:
    return f"open({str(canary)!r}, 'w')"


def _calls(module: str, name: str, how: Callable[[Path], str], protocol: int = 2) -> Writer:
    return lambda path, canary: archive(path, calls(module, name, how(canary), protocol))


def _memoised(path: Path, canary: Path) -> None:
    # STACK_GLOBAL whose two names come out of the memo, in the wrong order of the stream
    text = touch(canary).encode()
    data = (
        b"\x80\x04\x8c\x06system\x94\x8c\x05posix\x94\x30\x30h\x01h\x00\x93"
        + b"X" + struct.pack("<I", len(text)) + text + b"\x85R."
    )  # fmt: skip
    archive(path, data)


def _inst(path: Path, canary: Path) -> None:
    archive(path, b"(S'" + touch(canary).encode() + b"'\nios\nsystem\n.")


def _two_steps(path: Path, canary: Path) -> None:
    # getattr(__import__("os"), "system")(...)
    text = touch(canary).encode()
    data = (
        b"\x80\x02c__builtin__\ngetattr\nc__builtin__\n__import__\nX\x02\x00\x00\x00os\x85R"
        b"X\x06\x00\x00\x00system\x86RX" + struct.pack("<I", len(text)) + text + b"\x85R."
    )
    archive(path, data)


def _state(value: Any, **state: Any) -> bytes:
    """A pickled `nn.Sequential` with a state of one's own."""
    model = nn.Sequential(nn.ReLU())
    vars(model).update(state)
    out = io.BytesIO()
    pickle.Pickler(out, 2).dump(model if value is None else value)
    return out.getvalue()


def _injected_name(kind: str) -> Writer:
    def write(path: Path, canary: Path) -> None:
        name = f"x\n    {python(canary)}\n    y"
        model = nn.Sequential()
        if kind == "module":
            model._modules[name] = nn.ReLU()
        elif kind == "parameter":
            model._parameters[name] = nn.Parameter(torch.rand(1))
        elif kind == "buffer":
            model._buffers[name] = torch.rand(1)
        else:
            vars(model)[name] = torch.rand(1)
        torch.save(model, path)

    return write


def _constructs(through: bool) -> Writer:
    def write(path: Path, canary: Path) -> None:
        made: Any = Reduced(nn.Linear, 3, 3)
        if through:
            made = Reduced(torch._tensor._rebuild_from_type_v2, nn.Linear, nn.Linear, (3, 3), {})
        archive(path, pickle.dumps({"model": nn.Sequential(nn.ReLU()), "x": made}, 2))

    return write


def _graph_module(path: Path, canary: Path) -> None:
    body = {
        "_code": f"def forward(self, x):\n    return x\n{python(canary)}\n",
        "_modules": {},
        "_parameters": {},
    }
    made = Reduced(torch.fx.graph_module.reduce_graph_module, body, f"{python(canary)}\n")
    archive(path, pickle.dumps(made, 2))  # fmt: skip


def _lazy(path: Path, canary: Path) -> None:
    archive(path, pickle.dumps(nn.Sequential(nn.LazyLinear(3)), 2))


def _hidden_in(payload: Callable[[Any], Any]) -> Writer:
    import os

    def write(path: Path, canary: Path) -> None:
        torch.save(payload(Reduced(os.system, touch(canary))), path)

    return write


def _legacy(path: Path, canary: Path) -> None:
    import os

    torch.save(
        {"state_dict": Reduced(os.system, touch(canary)), "w": torch.rand(2)},
        path,
        _use_new_zipfile_serialization=False,
    )


def _legacy_header(path: Path, canary: Path) -> None:
    magic = bytes.fromhex("80028a0a6cfc9c46f9206aa850192e")
    path.write_bytes(magic + calls("posix", "system", touch(canary)))


def _good() -> bytes:
    out = io.BytesIO()
    torch.save(nn.Sequential(nn.Linear(2, 2)), out)
    return out.getvalue()


def _rewritten(path: Path, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> None:
    with zipfile.ZipFile(io.BytesIO(_good())) as source:
        entries = {item.filename: source.read(item) for item in source.infolist()}
    with zipfile.ZipFile(path, "w") as out:
        for name, data in change(entries).items():
            out.writestr(name, data)


def _duplicate(path: Path, canary: Path) -> None:
    path.write_bytes(_good())
    with zipfile.ZipFile(path, "a") as out:
        out.writestr("archive/data.pkl", calls("posix", "system", touch(canary)))


def _bomb(path: Path, canary: Path) -> None:
    extra = {"a/data/0": bytes(200_000_000)}
    archive(path, b"\x80\x02}.", extra, compression=zipfile.ZIP_DEFLATED)


def _encrypted(path: Path, canary: Path) -> None:
    data = bytearray(_good())
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)


def _memo_bomb(path: Path, canary: Path) -> None:
    archive(path, b"\x80\x02]r\xff\xff\xff\xff.")


def _oversized_storage(path: Path, canary: Path) -> None:
    def change(entries: dict[str, bytes]) -> dict[str, bytes]:
        entries["archive/data/0"] = entries["archive/data/0"][:4]
        return entries

    _rewritten(path, change)


def _forward_replaced(path: Path, canary: Path) -> None:
    archive(path, _state(None, forward=nn.ReLU()))


def _appended(path: Path, canary: Path) -> None:
    other = io.BytesIO()
    archive(other, calls("posix", "system", touch(canary)))  # type: ignore[arg-type]
    path.write_bytes(_good() + other.getvalue() + b"tail")


CORPUS: dict[str, Writer] = {
    "os.system": _calls("os", "system", touch),
    "posix.system": _calls("posix", "system", touch),
    "protocol-4": _calls("os", "system", touch, 4),
    "protocol-5": _calls("posix", "system", touch, 5),
    "protocol-4-dotted": _calls("torch.serialization", "os.system", touch, 4),
    "protocol-4-memo": _memoised,
    "subprocess": _calls("subprocess", "getoutput", touch),
    "python-2-name": _calls("commands", "getoutput", touch),
    "eval": _calls("builtins", "eval", python),
    "exec": _calls("__builtin__", "eval", python),
    "pty": _calls("pty", "spawn", touch),
    "runpy": _calls("runpy", "run_path", str),
    "import-module": _calls("importlib", "import_module", lambda _: "antigravity"),
    "numpy-runstring": _calls("numpy.testing._private.utils", "runstring", python),
    "torch-load": _calls("torch", "load", str),
    "torch-hub": _calls("torch.hub", "load", str),
    "timeit": _calls("timeit", "timeit", python),
    "code": _calls("code", "interact", str),
    "instance-opcode": _inst,
    "two-steps": _two_steps,
    "module-name": _injected_name("module"),
    "parameter-name": _injected_name("parameter"),
    "buffer-name": _injected_name("buffer"),
    "attribute-name": _injected_name("attribute"),
    "constructs-layer": _constructs(False),
    "constructs-through-rebuild": _constructs(True),
    "graph-module": _graph_module,
    "lazy-layer": _lazy,
    "forward-replaced": _forward_replaced,
    "in-state-dict": _hidden_in(lambda call: {"w": torch.rand(2), "x": call}),
    "in-checkpoint": _hidden_in(lambda call: {"model": nn.Sequential(nn.ReLU()), "hook": call}),
    "in-module": _hidden_in(lambda call: _with(nn.Sequential(nn.ReLU()), call)),
    "legacy": _legacy,
    "legacy-header": _legacy_header,
    "second-pickle-behind": lambda path, canary: archive(
        path, b"\x80\x02}." + calls("os", "system", touch(canary))
    ),
    "second-pickle-entry": lambda path, canary: archive(
        path, b"\x80\x02}.", {"a/other.pkl": calls("os", "system", touch(canary))}
    ),
    "duplicate-entry": _duplicate,
    "second-archive": _appended,
    "zip-bomb": _bomb,
    "encrypted": _encrypted,
    "memo-bomb": _memo_bomb,
    "leads-out": lambda path, _: _rewritten(path, lambda e: {**e, "archive/../../x": b""}),
    "outside-folder": lambda path, _: _rewritten(path, lambda e: {**e, "b/data/0": b""}),
    "storage-too-small": _oversized_storage,
    "truncated": lambda path, _: path.write_bytes(_good()[:-100]),
    "truncated-pickle": lambda path, _: archive(path, b"\x80\x02}q\x00(X\xff\xff"),
    "no-pickle": lambda path, _: archive(path, b""),
}


def _with(model: nn.Module, value: Any) -> nn.Module:
    vars(model)["extra"] = value
    return model
