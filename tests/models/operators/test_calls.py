from __future__ import annotations

import torch

from xai_core.models.operators import computing, elsewhere
from xai_core.models.operators.calls import PRIM, TORCHVISION, computes, reaches

KINDS = ("save", "load", "from_file", "rpc", "sparse", "nested", "backward", "set_data")
UNSAFE_BY_NAME_ONLY = {
    *("_unsafe_index", "_unsafe_view"),  # what exporting makes of x[...] and view
    *("unsafe_chunk", "unsafe_split", "unsafe_split_with_sizes"),  # for derivatives only
}


def installed(namespace: str) -> set[str]:
    schemas = torch._C._jit_get_all_schemas()
    names = (one.name.partition("::") for one in schemas)
    return {name for space, _, name in names if space == namespace}


def test_every_operator_of_torch_is_in_one_list() -> None:
    assert not computing.ATEN & elsewhere.ATEN
    neither = installed("aten") - computing.ATEN - elsewhere.ATEN
    assert not neither, "new in this torch: does it only compute?"
    assert not (computing.ATEN | elsewhere.ATEN) - installed("aten"), "no longer in torch"
    assert not PRIM - installed("prim") - {"Uninitialized", "TupleIndex", "TupleUnpack"}


def test_no_name_on_the_list_speaks_of_more_than_computing() -> None:
    found = {name for name in computing.ATEN for kind in KINDS if kind in name}
    assert not found
    assert {name for name in computing.ATEN if "unsafe" in name} == UNSAFE_BY_NAME_ONLY


def test_what_is_unknown_does_not_compute() -> None:
    assert computes("aten", "conv2d")
    assert computes("quantized", "conv2d_relu")
    assert computes("torchvision", next(iter(TORCHVISION)))
    for namespace, name in (
        ("aten", "brand_new"),
        ("c10d", "barrier"),
        ("", ""),
        ("prim", "PythonOp"),
    ):
        assert not computes(namespace, name)
    assert reaches("save")
    assert not reaches("features")


def test_indices_out_of_range_are_noticed() -> None:
    x = torch.ones(4)
    for wild in (torch.tensor([2**40]), torch.tensor([-9])):
        try:
            torch.ops.aten._unsafe_index(x, [wild])
        except IndexError:
            continue
        raise AssertionError("it reads memory that is not the tensor's")
