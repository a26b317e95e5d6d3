"""Pickles: those of `tests/models/formats/hostile.py`, and chains through allowed names."""

from __future__ import annotations

import functools
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from tests.corpus.attack import Attack, Places, simple
from tests.models.formats.hostile import CORPUS, Reduced, archive


def word(text: str) -> bytes:
    return b"X" + struct.pack("<I", len(text.encode())) + text.encode()


def taken(module: str, name: str) -> bytes:
    """STACK_GLOBAL: the name may have dots."""
    return word(module) + word(name) + b"\x93"


def opcodes(body: Callable[[Places], bytes], protocol: int = 4) -> Callable[[Path, Places], object]:
    head = b"\x80" + bytes([protocol])
    return lambda path, places: archive(path, head + body(places) + b".")


def called(function: bytes, *arguments: bytes) -> bytes:
    return function + b"(" + b"".join(arguments) + b"tR"


def exec_of(places: Places) -> Reduced:
    return Reduced(exec, places.theft)


def with_state(**state: Any) -> bytes:
    model = nn.Sequential(nn.ReLU())
    vars(model).update(state)
    return pickle.dumps(model, 2)


def _hook(path: Path, places: Places) -> None:
    hooks = {0: functools.partial(os.system, f"touch {places.canary}")}
    archive(path, with_state(_forward_pre_hooks=hooks))


def _parameter(path: Path, places: Places) -> None:
    state = {"__class__": nn.Linear, "hook": exec_of(places)}
    tensor = torch.rand(1)
    made = Reduced(torch._utils._rebuild_parameter_with_state, tensor, True, {}, state)
    torch.save({"w": made}, path)


def _poisons(path: Path, places: Places) -> None:
    # BUILD on the class itself, with a state for slots: `Linear.forward = ...`
    linear = b"ctorch.nn.modules.linear\nLinear\n"
    state = b"N}" + word("forward") + b"cos\nsystem\n" + b"s\x86"
    archive(path, b"\x80\x02" + linear + state + b"b.")


def _own(path: Path, places: Places) -> None:
    archive(path, b"\x80\x02cacme.net\nNet\n)\x81}" + word("training") + b"\x89sb.")


def _own_code(places: Places) -> str:
    return (
        "import torch\n"
        f"exec({places.theft!r})\n"
        "class Net(torch.nn.Module):\n"
        "    def __setstate__(self, state):\n"
        "        torch.nn.Module.__init__(self)\n"
        "        self.conv = torch.nn.Conv2d(3, 2, 3)\n"
        "    def forward(self, x):\n"
        f"        exec({places.theft!r})\n"
        "        return self.conv(x).mean((2, 3))\n"
    )


SEQUENTIAL = taken("torch.nn.modules.container", "Sequential")
CHAINS: dict[str, Callable[[Path, Places], object]] = {
    "dotted-exec": opcodes(
        lambda p: called(taken("torch.serialization", "pickle.sys.modules"), word("os"))
    ),
    "dotted-from-file": opcodes(
        lambda p: called(
            taken("torch.storage", "UntypedStorage.from_file"), word(str(p.canary)), b"\x88K\x08"
        )
    ),
    "dotted-globals": opcodes(
        lambda p: taken("torch.nn.modules.module", "Module.__init__.__globals__")
    ),
    "dotted-subclasses": opcodes(
        lambda p: called(taken("torch.nn.modules.module", "Module.__subclasses__"))
    ),
    "getattr-of-a-class": opcodes(
        lambda p: called(taken("builtins", "getattr"), SEQUENTIAL, word("__init__"))
    ),
    "getattr-to-globals": opcodes(
        lambda p: called(
            taken("builtins", "getattr"),
            called(taken("builtins", "getattr"), SEQUENTIAL, word("forward")),
            word("__globals__"),
        )
    ),
    "partial-of-a-layer-called": opcodes(
        lambda p: called(
            called(taken("functools", "partial"), taken("torch.nn.modules.linear", "Linear")),
            b"K\x03K\x03",
        ),
        2,
    ),
    "partial-of-system": _hook,
    "parameter-with-a-class": _parameter,
    "class-is-changed": _poisons,
    "layer-by-type": opcodes(
        lambda p: called(
            taken("torch._tensor", "_rebuild_from_type_v2"),
            taken("builtins", "exec"),
            taken("torch", "Tensor"),
            b"(" + word(p.theft) + b"t}",
        )
    ),
    "wrapper-subclass": opcodes(
        lambda p: called(
            taken("torch._utils", "_rebuild_wrapper_subclass"),
            taken("builtins", "eval"),
            b"K\x01" * 7,
        )
    ),
    "codec-runs": opcodes(
        lambda p: called(
            taken("builtins", "exec"), called(taken("_codecs", "encode"), word(p.theft))
        )
    ),
    "extension-registry": opcodes(lambda p: b"\x82\x01"),
    "out-of-band-buffer": opcodes(lambda p: b"\x97", 5),
    "name-of-numbers": opcodes(lambda p: b"K\x01K\x02\x93"),
    "persistent-reference": opcodes(
        lambda p: b"(" + word("storage") + taken("os", "system") + b"tQ"
    ),
    "deep-nesting": opcodes(lambda p: b"(" * 200_000 + b"t" * 200_000, 2),
    "length-that-lies": opcodes(lambda p: b"\x8e" + struct.pack("<Q", 2**62) + b"x"),
    "endless-memo": opcodes(lambda p: b"]" + b"\x94h\x00a" * 50_000),
    "exec-in-checkpoint": lambda path, p: torch.save(
        {"model": nn.Sequential(nn.ReLU()), "x": exec_of(p)}, path
    ),
}
ATTACKS = (
    *simple("pickle", CORPUS),
    *(Attack("pickle", name, write) for name, write in CHAINS.items()),
    Attack("pickle", "own-code", _own, _own_code),
)
