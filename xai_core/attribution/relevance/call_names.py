"""Torch calls by how relevance passes them: their names, without underscores."""

from __future__ import annotations

PASSED = frozenset(
    [
        *(
            "relu",
            "relu6",
            "silu",
            "gelu",
            "elu",
            "celu",
            "selu",
            "mish",
            "leaky_relu",
            "prelu",
            "rrelu",
            "hardtanh",
        ),
        *(
            "hardswish",
            "hardsigmoid",
            "hardshrink",
            "softplus",
            "softsign",
            "tanh",
            "sigmoid",
            "logsigmoid",
        ),
        *(
            "tanhshrink",
            "softshrink",
            "threshold",
            "clamp",
            "clamp_min",
            "clip",
            "batch_norm",
            "layer_norm",
        ),
        *("group_norm", "instance_norm", "div", "truediv"),
    ]
)
SUMS = frozenset(
    [
        *(
            "add",
            "iadd",
            "radd",
            "sub",
            "isub",
            "rsub",
            "mean",
            "sum",
            "avg_pool1d",
            "avg_pool2d",
            "avg_pool3d",
        ),
        *(
            "adaptive_avg_pool1d",
            "adaptive_avg_pool2d",
            "adaptive_avg_pool3d",
            "interpolate",
            "upsample",
        ),
    ]
)
PRODUCTS = frozenset(
    [
        *("mul", "imul", "rmul", "multiply"),
    ]
)
LAYERS = frozenset(
    [
        *(
            "conv1d",
            "conv2d",
            "conv3d",
            "conv_transpose1d",
            "conv_transpose2d",
            "conv_transpose3d",
            "linear",
        ),
        *(
            "bilinear",
            "addmm",
            "matmul",
            "mm",
            "bmm",
            "baddbmm",
            "einsum",
            "rmatmul",
            "scaled_dot_product_attention",
        ),
        *("multi_head_attention_forward",),
    ]
)
