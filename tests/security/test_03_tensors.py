"""Tensors of a pickle are dense and within their bytes, or are told of: never a crash."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from tests.models.formats.hostile import Reduced
from tests.security.forged import Storage, network, pickled, rewritten
from xai_core.base.errors import ModelError, XaiError
from xai_core.models.formats.base import LoadOptions
from xai_core.models.loading import load_model
from xai_core.models.pickles.tensors import load_tensors
from xai_core.models.pickles.torch_file import read_torch_file
from xai_core.models.vision_libraries import make_importable

pytestmark = pytest.mark.filterwarnings("ignore")
REBUILD = torch._utils._rebuild_tensor_v2
SPARSE = torch._utils._rebuild_sparse_tensor
FOUR = torch.ones(4)
ROWS = torch.tensor([0, 1, 2])


def made(
    size: Any, stride: Any, offset: Any = 0, kind: str = "FloatStorage", numel: int = 4, *more: Any
) -> Any:
    return Reduced(REBUILD, Storage(kind, "0", numel), offset, size, stride, False,
                   OrderedDict(), *more)  # fmt: skip


def sparse(layout: torch.layout, *data: Any) -> Any:
    return Reduced(SPARSE, Reduced(torch.serialization._get_layout, str(layout)), data)


WILD = {
    "COO": lambda: sparse(torch.sparse_coo, torch.tensor([[9**9], [-7]]), torch.ones(1), (2, 2)),
    "COO, unchecked": lambda: sparse(
        torch.sparse_coo, torch.tensor([[9**9], [0]]), torch.ones(1), (2, 2), True
    ),
    "CSR": lambda: sparse(torch.sparse_csr, torch.tensor([5, 3, -1]), ROWS, torch.ones(3), (2, 3)),
    "CSC": lambda: sparse(torch.sparse_csc, ROWS, torch.tensor([9**9, 0]), torch.ones(2), (3, 2)),
    "BSR": lambda: sparse(torch.sparse_bsr, ROWS, ROWS, torch.ones(3, 1, 1), (2, 3)),
    "BSC": lambda: sparse(torch.sparse_bsc, ROWS, ROWS, torch.ones(3, 1, 1), (2, 3)),
    "honest COO": lambda: torch.eye(3).to_sparse(),
    "nested": lambda: Reduced(
        torch._utils._rebuild_nested_tensor, torch.ones(4), torch.tensor([[9**6]]), ROWS, ROWS
    ),
    "meta": lambda: torch.empty(3, device="meta"),
    "wrapper": lambda: Reduced(torch._utils._rebuild_wrapper_subclass, torch.Tensor, torch.float32,
                               (3,), (1,), 0, torch.strided, torch.device("cpu"), False),
    "complex": lambda: torch.ones(3, dtype=torch.complex64),
    "negated": lambda: torch.ones(3, dtype=torch.complex64).conj().imag,
    "quantised": lambda: torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8),
}  # fmt: skip
REACHES: dict[str, Callable[[], Any]] = {
    "beyond": lambda: made((5,), (1,)),
    "by its offset": lambda: made((1,), (1,), 4),
    "by its stride": lambda: made((2,), (4,)),
    "a negative stride": lambda: made((2,), (-1,), 3),
    "a negative offset": lambda: made((2,), (1,), -1),
    "a negative size": lambda: made((-1,), (1,)),
    "sizes that overflow": lambda: made((2**40, 2**40), (0, 0)),
    "sizes that overflow, empty": lambda: made((0, 2**40, 2**40), (1, 1, 1)),
    "a size that wraps": lambda: made((2**63,), (0,)),
    "more strides": lambda: made((2,), (1, 1)),
    "true for a size": lambda: made((True,), (1,)),
    "a number for a size": lambda: made(4, 1),
    "a text for an offset": lambda: made((1,), (1,), "0"),
    "spread over terabytes": lambda: made((2**40,), (0,)),
    "many dimensions": lambda: made((1,) * 65, (1,) * 65),
    "fewer bytes than it says": lambda: made((4,), (1,), 0, "DoubleStorage"),
    "no bytes": lambda: Reduced(REBUILD, Storage("FloatStorage", "7", 4), 0, (4,), (1,), False, {}),
    "no storage": lambda: Reduced(REBUILD, [1, 2], 0, (2,), (1,), False, {}),
    "a storage of none": lambda: Reduced(REBUILD, None, 0, (2,), (1,), False, {}),
    "a conjugated view": lambda: made((2,), (1,), 0, "FloatStorage", 4, {"conj": True}),
    "a negated view": lambda: made((2,), (1,), 0, "FloatStorage", 4, {"neg": True}),
    "too little said": lambda: Reduced(REBUILD, Storage("FloatStorage", "0", 4)),
    "a type that is none": lambda: Reduced(
        torch._utils._rebuild_tensor_v3, Storage("UntypedStorage", "0", 16), 0, (4,), (1,), False,
        OrderedDict(), torch.device("cpu")),
    "a type of bits": lambda: Reduced(
        torch._utils._rebuild_tensor_v3, Storage("UntypedStorage", "0", 16), 0, (4,), (1,), False,
        OrderedDict(), torch.qint8),
}  # fmt: skip


@pytest.mark.parametrize("kind", WILD)
@pytest.mark.parametrize("place", ["weights", "parameter", "buffer", "attribute"])
def test_odd_tensors_end_with_a_sentence(kind: str, place: str, tmp_path: Path) -> None:
    odd = WILD[kind]()
    model = network()
    held: Any = model[4]
    if place == "weights":
        torch.save({**model.state_dict(), "0.weight": odd}, tmp_path / "m.pt")
    else:
        plain = not isinstance(odd, torch.Tensor) or not odd.is_floating_point()
        if place == "parameter":
            held._parameters["weight"] = odd if plain else nn.Parameter(odd)
        elif place == "buffer":
            held._buffers["more"] = odd
        else:
            held.__dict__["more"] = odd
        torch.save(model, tmp_path / "m.pt")
    if place == "attribute" and kind == "complex":
        assert load_model(tmp_path / "m.pt").module is not None  # nothing computes with it
        return
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "m.pt", _options(place))
    assert caught.value.code in ("unsupported-tensor", "quantised-model", "missing-architecture")


def _options(place: str) -> LoadOptions:
    return LoadOptions(architecture="resnet18" if place == "weights" else None)


@pytest.mark.parametrize("kind", REACHES)
def test_a_tensor_reaches_no_further_than_its_bytes(kind: str, tmp_path: Path) -> None:
    pickled(tmp_path / "m.pt", {"w": REACHES[kind](), "b": made((4,), (1,))}, {"0": bytes(16)})
    with pytest.raises(XaiError):
        load_tensors(tmp_path / "m.pt", read_torch_file(tmp_path / "m.pt"))


def test_overlapping_numbers_are_written_out(tmp_path: Path) -> None:
    pickled(tmp_path / "m.pt", {"w": made((2, 4), (0, 1)), "x": made((3, 2), (1, 1))},
            {"0": torch.arange(4.0).numpy().tobytes()})  # fmt: skip
    found = load_tensors(tmp_path / "m.pt", read_torch_file(tmp_path / "m.pt"))
    assert found["w"].tolist() == [[0, 1, 2, 3], [0, 1, 2, 3]]
    assert found["x"].tolist() == [[0, 1], [1, 2], [2, 3]]
    found["w"].mul_(2)
    found["x"].mul_(2)


def test_truth_values_are_zero_or_one(tmp_path: Path) -> None:
    pickled(
        tmp_path / "m.pt", {"w": made((4,), (1,), 0, "BoolStorage")}, {"0": b"\x00\x07\xff\x01"}
    )
    found = load_tensors(tmp_path / "m.pt", read_torch_file(tmp_path / "m.pt"))
    assert found["w"].view(torch.uint8).tolist() == [0, 1, 1, 1]


def test_what_shares_bytes_shares_them(tmp_path: Path) -> None:
    whole = torch.arange(12.0).reshape(3, 4)
    torch.save({"a": whole, "b": whole.t(), "c": whole[1:, ::2], "d": whole}, tmp_path / "m.pt")
    found = load_tensors(tmp_path / "m.pt", read_torch_file(tmp_path / "m.pt"))
    assert torch.equal(found["b"], whole.t())
    assert torch.equal(found["c"], whole[1:, ::2])
    assert found["a"] is found["d"]
    found["a"][0, 0] = 7
    assert found["b"][0, 0] == 7


KINDS = ["float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8",
         "uint16", "bool", "complex64", "complex128", "float8_e4m3fn", "float8_e5m2"]  # fmt: skip


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_every_type_is_as_torch_reads_it(kind: str, legacy: bool, tmp_path: Path) -> None:
    value = torch.arange(-6, 6).reshape(3, 4).to(getattr(torch, kind))
    held = {
        "a": value,
        "b": torch.nn.Parameter(torch.rand(2)),
        "c": torch.rand(0, 3),
        "d": value[1:],
    }
    path = tmp_path / "m.pt"
    if legacy and kind.startswith(("uint16", "float8")):
        return  # torch does not write these
    torch.save(held, path, _use_new_zipfile_serialization=not legacy)
    expected = torch.load(path, weights_only=True)
    found = load_tensors(path, read_torch_file(path))
    for name, one in expected.items():
        assert found[name].dtype == one.dtype
        assert found[name].shape == one.shape
        assert found[name].requires_grad == one.requires_grad
        assert bytes(found[name].detach().contiguous().view(torch.uint8).numpy()) == bytes(
            one.detach().contiguous().view(torch.uint8).numpy()
        )


def test_numbers_of_the_other_byte_order(tmp_path: Path) -> None:
    torch.save({"w": torch.arange(4.0), "z": torch.arange(2).to(torch.complex64)}, tmp_path / "m")
    swap = lambda data: b"".join(data[at : at + 4][::-1] for at in range(0, len(data), 4))  # noqa: E731
    for name in ("data/0", "data/1"):
        rewritten(tmp_path / "m", name, swap)
    rewritten(tmp_path / "m", "byteorder", lambda _: b"big")
    found = load_tensors(tmp_path / "m", read_torch_file(tmp_path / "m"))
    assert found["w"].tolist() == [0, 1, 2, 3]
    assert found["z"].tolist() == [0, 1]


def test_no_imaginary_part_is_lost_from_safetensors(tmp_path: Path) -> None:
    make_importable()
    import torchvision

    state = torchvision.models.resnet18().state_dict()
    state["fc.weight"] = state["fc.weight"].to(torch.complex64)
    save_file(state, tmp_path / "m.safetensors")
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "m.safetensors")
    assert caught.value.code == "unsupported-tensor"


def test_a_trusted_module_with_sparse_weights_ends_with_a_sentence(tmp_path: Path) -> None:
    model = network()
    model[4].weight = nn.Parameter(model[4].weight.detach().to_sparse())
    torch.save(model, tmp_path / "m.pt", pickle_protocol=4)
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "m.pt", LoadOptions(trust=True))
    assert caught.value.code == "unsupported-tensor"
    assert "4.weight" in caught.value.message
