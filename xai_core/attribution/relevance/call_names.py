"""Torch calls by how relevance passes them: their names, without underscores."""

from __future__ import annotations

PASSED = frozenset(
    [
        *("relu", "relu6", "silu", "gelu", "elu", "celu", "selu", "mish", "leaky_relu", "prelu"),
        *("rrelu", "hardtanh", "hardswish", "hardsigmoid", "hardshrink", "softplus", "softsign"),
        *("tanh", "sigmoid", "logsigmoid", "tanhshrink", "softshrink", "threshold", "clamp"),
        *("clamp_min", "clip", "batch_norm", "layer_norm", "group_norm", "instance_norm"),
    ]
)
TERMS = frozenset(["add", "sub", "subtract", "rsub"])
SUMS = frozenset(
    [
        *("mean", "sum", "interpolate", "upsample"),
        *(f"{kind}avg_pool{axes}d" for kind in ("", "adaptive_") for axes in (1, 2, 3)),
    ]
)
PRODUCTS = frozenset(["mul", "multiply"])
QUOTIENTS = frozenset(["div", "divide", "true_divide"])
LAYERS = frozenset(
    [
        *(f"conv{kind}{axes}d" for kind in ("", "_transpose") for axes in (1, 2, 3)),
        *("linear", "bilinear", "addmm", "matmul", "mm", "bmm", "baddbmm", "einsum", "rmatmul"),
        *("scaled_dot_product_attention", "multi_head_attention_forward"),
    ]
)
