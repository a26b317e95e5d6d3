"""The classes that the guarded loader restores, by exact name: data, one line a module.

A name is put here after reading that its `__setstate__` and `forward` run nothing that the file
controls. `Lazy*` layers are left out: they change their class to one named in their state.
torchvision's and timm's are in `vision_classes.txt`, which `scripts/architecture_index.py` writes
by the same rule; those of other libraries, and of torchvision's detectors, in `family_classes.txt`.
"""

from __future__ import annotations

from pathlib import Path

from xai_core.models.pickles.globals import Global

# fmt: off
_TORCH = {
    "activation": "CELU ELU GELU GLU Hardshrink Hardsigmoid Hardswish Hardtanh LeakyReLU LogSigmoid"
        " LogSoftmax Mish MultiheadAttention PReLU RReLU ReLU ReLU6 SELU SiLU Sigmoid Softmax"
        " Softmax2d Softmin Softplus Softshrink Softsign Tanh Tanhshrink Threshold",
    "adaptive": "AdaptiveLogSoftmaxWithLoss",
    "batchnorm": "BatchNorm1d BatchNorm2d BatchNorm3d SyncBatchNorm",
    "channelshuffle": "ChannelShuffle",
    "container": "ModuleDict ModuleList ParameterDict ParameterList Sequential",
    "conv": "Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d",
    "distance": "CosineSimilarity PairwiseDistance",
    "dropout": "AlphaDropout Dropout Dropout1d Dropout2d Dropout3d FeatureAlphaDropout",
    "flatten": "Flatten Unflatten",
    "fold": "Fold Unfold",
    "instancenorm": "InstanceNorm1d InstanceNorm2d InstanceNorm3d",
    "linear": "Bilinear Identity Linear NonDynamicallyQuantizableLinear",
    "loss": "BCELoss BCEWithLogitsLoss CrossEntropyLoss L1Loss MSELoss NLLLoss SmoothL1Loss",
    "module": "Module",
    "normalization": "CrossMapLRN2d GroupNorm LayerNorm LocalResponseNorm RMSNorm",
    "padding": "CircularPad1d CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d ConstantPad3d"
        " ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d"
        " ReplicationPad3d ZeroPad1d ZeroPad2d ZeroPad3d",
    "pixelshuffle": "PixelShuffle PixelUnshuffle",
    "pooling": "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d"
        " AdaptiveMaxPool2d AdaptiveMaxPool3d AvgPool1d AvgPool2d AvgPool3d FractionalMaxPool2d"
        " FractionalMaxPool3d LPPool1d LPPool2d LPPool3d MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d"
        " MaxUnpool2d MaxUnpool3d",
    "rnn": "GRU GRUCell LSTM LSTMCell RNN RNNCell",
    "sparse": "Embedding EmbeddingBag",
    "transformer": "Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder"
        " TransformerEncoderLayer",
    "upsampling": "Upsample UpsamplingBilinear2d UpsamplingNearest2d",
}
_DEMO = {
    "model": "EfficientNet MBConvBlock",
    "utils": "Conv2dDynamicSamePadding Conv2dStaticSamePadding Identity"
        " MaxPool2dDynamicSamePadding MaxPool2dStaticSamePadding MemoryEfficientSwish Swish",
}
_FUNCTIONS = {
    "torch.nn.functional": "gelu leaky_relu relu relu6 sigmoid silu softmax tanh",
    "torch._C._nn": "gelu",
    "timm.layers.activations": "gelu",
    "torchvision.ops.boxes": "box_iou",
}
_RECORDS = {
    "efficientnet_lite_pytorch.utils": "BlockArgs GlobalParams",
    "efficientnet_pytorch.utils": "BlockArgs GlobalParams",
    "monai.networks.nets.efficientnet": "BlockArgs",
    "monai.utils.enums": "UpsampleMode",
    "segmentation_models_pytorch.encoders._efficientnet": "BlockArgs GlobalParams",
    "timm.layers.format": "Format",
}
_OBJECTS = {
    "timm.models._features": "FeatureInfo",
    "torchvision.models.detection._utils": "BalancedPositiveNegativeSampler BoxCoder BoxLinearCoder"
        " Matcher SSDMatcher",
}
# fmt: on


def _names(prefix: str, modules: dict[str, str]) -> frozenset[Global]:
    return frozenset(
        Global(prefix + module, name) for module, names in modules.items() for name in names.split()
    )


def _listed(file: str) -> frozenset[Global]:
    lines = Path(__file__).with_name(file).read_text(encoding="utf-8").splitlines()
    return frozenset(Global(*line.rpartition(".")[::2]) for line in lines)


MODULES = (
    _names("torch.nn.modules.", _TORCH)
    | _names("torch.nn.parallel.", {"data_parallel": "DataParallel"})
    | _names("torch.optim.", {"swa_utils": "AveragedModel"})
    | _names("efficientnet_lite_pytorch.", _DEMO)
    | _listed("vision_classes.txt")
    | _listed("family_classes.txt")
)
"""Subclasses of `nn.Module`."""

FUNCTIONS = _names("", _FUNCTIONS)
"""Functions that layers keep as an attribute (`TransformerEncoderLayer.activation`)."""

RECORDS = _names("", _RECORDS)
"""Named tuples and enumerations: plain data."""

OBJECTS = _names("", _OBJECTS)
"""Plain objects that layers keep as an attribute: numbers, and methods that compute with them."""

PARTIAL = Global("functools", "partial")
"""A layer's class with numbers for its arguments, which transformers keep and do not use."""

WEIGHT = Global("torch.nn.utils.weight_norm", "WeightNorm")
SPECTRAL = Global("torch.nn.utils.spectral_norm", "SpectralNorm")
HOOKS = frozenset(
    (
        WEIGHT,
        SPECTRAL,
        Global("torch.nn.utils.spectral_norm", "SpectralNormStateDictHook"),
        Global("torch.nn.utils.spectral_norm", "SpectralNormLoadStateDictPreHook"),
        Global("torch.nn.modules.module", "_WrappedHook"),
    )
)
"""Hooks whose weights are computed here; none of them is restored."""

ALLOWED = MODULES | FUNCTIONS | RECORDS | OBJECTS | {PARTIAL} | HOOKS

LIBRARIES = frozenset(name.module.partition(".")[0] for name in ALLOWED) - {"functools", "torch"}
"""Packages that classes on the list are of."""
