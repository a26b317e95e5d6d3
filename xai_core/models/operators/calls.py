"""Which operator a file may call without trust: the one list for scripts and exported programs."""

from __future__ import annotations

import re

from xai_core.models.operators import computing, elsewhere
from xai_core.models.operators.words import words

PRIM = words(
    """
AutogradAdd AutogradAllNonZero AutogradAllZero AutogradAnyNonZero AutogradZero BroadcastSizes
ChunkSizes ConstantChunk EnumName EnumValue FusedConcat IfThenElse ModuleContainerIndex NumToTensor
Print RaiseException StringIndex TupleIndex TupleUnpack Uninitialized VarConcat VarStack abs data
device dtype grad id index is_cpu is_cuda is_ipu is_maia is_meta is_mkldnn is_mps is_mtia is_nested
is_quantized is_sparse is_sparse_csr is_vulkan is_xla is_xpu itemsize layout max min name nbytes
rangelist requires_grad tolist type unchecked_cast unchecked_unwrap_optional
"""
)
"""Of TorchScript's interpreter; those that only its own optimiser makes are not among them."""
TORCHVISION = words("deform_conv2d nms ps_roi_align ps_roi_pool roi_align roi_pool")
QUANTISED_ELSEWHERE = re.compile(
    r"embedding|_(rnn|gru|lstm)_|make_quantized_cell|int4mm|with_input"
)


def computes(namespace: str, name: str) -> bool:
    """Whether `namespace::name` only computes; False for what is not known."""
    if namespace == "aten":
        return name in computing.ATEN
    if namespace == "prim":
        return name in PRIM
    if namespace == "torchvision":
        return name in TORCHVISION
    return namespace == "quantized" and not QUANTISED_ELSEWHERE.search(name)


def reaches(name: str) -> bool:
    """Whether a method of that name could be an operator of torch that does more than compute."""
    return name in elsewhere.ATEN
