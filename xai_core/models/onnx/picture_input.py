"""The one input of a graph that a picture goes into: its layout, sizes and type of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from xai_core.base.errors import ModelError
from xai_core.models.other_inputs import OtherInput, array_of, check_names
from xai_core.pictures.preprocessing import InputSpec

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, ValueInfoProto

Shape = tuple[int, int, int]
PICTURE = (1, 3)
SIZES = (224, 48, 32, 64, 96, 128, 256, 320, 640)
CHANNELS_FIRST = (0, 3, 1, 2)


@dataclass(frozen=True)
class PictureInput:
    """What the graph says of its input.

    Attributes:
        layout: `NCHW` or `NHWC`.
        batch, channels, height, width: None where the graph leaves it open.
        whole_numbers: it takes 0 to 255 as integers. kind: ONNX's name of the number type.
    """

    name: str
    layout: Literal["NCHW", "NHWC"]
    batch: int | None
    channels: int | None
    height: int | None
    width: int | None
    whole_numbers: bool
    kind: str

    def shapes(self) -> Iterator[Shape]:
        """`(C, H, W)` that fit, likely ones first."""
        channels = self.channels or 3
        for size in SIZES:
            yield (channels, self.height or size, self.width or size)
            if self.height and self.width:
                return

    def spec(self, shape: Shape) -> InputSpec:
        """Preprocessing for pictures: none for whole numbers, else the usual one."""
        channels, height, width = shape
        usual = InputSpec.for_shape(channels, height, width)
        if not self.whole_numbers:
            return usual
        zeros, steps = (0.0,) * channels, (1 / 255,) * channels
        return InputSpec(channels, height, width, usual.fit, usual.resize, zeros, steps)


def picture_input(model: ModelProto) -> PictureInput:
    """The input of the graph.

    Raises:
        ModelError: there are several (`other-inputs`), or none that takes pictures
            (`forward-failed`).
    """
    inputs = graph_inputs(model.graph)
    if not inputs:
        raise ModelError(
            "An input for a picture was expected; the graph has none.",
            "Export the model with the picture as its input.",
            code="forward-failed",
        )
    check_names([one.name for one in inputs], (), {one.name: _sizes(one) for one in inputs})
    (value,) = inputs
    sizes, kind = _sizes(value), _kind(value)
    if len(sizes) != 4 or not kind.startswith(("FLOAT", "DOUBLE", "BFLOAT", "UINT8", "INT")):
        raise ModelError(
            "An input [batch, channels, height, width] of numbers was expected; the graph takes "
            f"{kind.lower()} {sizes}.",
            "Pedestal explains models of pictures.",
            code="forward-failed",
        )
    layout = _layout(model.graph, value.name, sizes)
    order = sizes if layout == "NCHW" else [sizes[0], sizes[3], sizes[1], sizes[2]]
    batch, channels, height, width = order
    channels = channels or _first_channels(model.graph)
    return PictureInput(value.name, layout, batch, channels, height, width, "INT" in kind, kind)


def fix_inputs(model: ModelProto, others: Sequence[OtherInput], spec: InputSpec) -> None:
    """Make constants of all inputs but the picture's; changes the model.

    Raises:
        ModelError: `other-inputs`, another one is left over. InputError: a value does not fit.
    """
    import onnx

    inputs = {value.name: value for value in graph_inputs(model.graph)}
    sizes = {name: _sizes(value) for name, value in inputs.items()}
    check_names(list(inputs), others, sizes)
    for one in others:
        kind = onnx.helper.tensor_dtype_to_np_dtype(inputs[one.name].type.tensor_type.elem_type)
        value = array_of(one, spec, sizes[one.name], kind)
        model.graph.initializer.append(onnx.numpy_helper.from_array(value, one.name))
        model.graph.input.remove(inputs[one.name])


def graph_inputs(graph: GraphProto) -> list[ValueInfoProto]:
    """Inputs that have to be given: old files list their weights as inputs, too."""
    weights = {tensor.name for tensor in graph.initializer}
    return [value for value in graph.input if value.name not in weights]


def _sizes(value: ValueInfoProto) -> list[int | None]:
    dims = value.type.tensor_type.shape.dim
    return [dim.dim_value if dim.dim_value > 0 else None for dim in dims]


def _kind(value: ValueInfoProto) -> str:
    import onnx

    number = value.type.tensor_type.elem_type
    known = onnx.TensorProto.DataType.values()
    return onnx.TensorProto.DataType.Name(number) if number in known else str(number)


def _layout(graph: GraphProto, name: str, sizes: list[int | None]) -> Literal["NCHW", "NHWC"]:
    first, last = sizes[1] in PICTURE, sizes[3] in PICTURE
    if first != last:
        return "NCHW" if first else "NHWC"
    users = [node for node in graph.node if name in node.input]
    turned = any(
        tuple(attribute.ints) == CHANNELS_FIRST
        for node in users
        for attribute in node.attribute
        if node.op_type == "Transpose" and attribute.name == "perm"
    )
    return "NHWC" if turned else "NCHW"


def _first_channels(graph: GraphProto) -> int | None:
    weights = {tensor.name: tensor.dims for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Conv" and len(node.input) > 1 and node.input[1] in weights:
            groups = next((int(a.i) for a in node.attribute if a.name == "group"), 1)
            return int(weights[node.input[1]][1]) * groups
    return None
