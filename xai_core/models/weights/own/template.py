"""A Python file that builds a known body, with the head's tensors, for a person to complete."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

from xai_core.models.weights.index.entry import Shape
from xai_core.models.weights.own.body import Body
from xai_core.models.weights.own.layers import COUNTER

TEXT = Template('''"""The network of a file of weights: complete `forward`, then open that file."""

import torch
from torch import nn
$imports

# Tensors of the file that the body has no place for:
$tensors


class Holder(nn.Module):
    """Holds layers under the names that they have in the file."""


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        body = $body
$cut
        adopt(self, "$prefix", body)
$layers

    def forward(self, pictures):
        features = self.kept_body[0](pictures)
        # To do: how the layers above compute the classes of the features.
        raise NotImplementedError("complete forward")


def put(module, path, layer):
    """Puts a layer at a dotted path."""
    *above, last = path.split(".")
    for name in above:
        if name not in module._modules:
            module.add_module(name, Holder())
        module = module._modules[name]
    module.add_module(last, layer)


def adopt(module, path, body):
    """Gives the body's tensors their names in the file; it is kept in a list, which has none."""
    module.kept_body = [body]
    if path:
        put(module, path, body)
        return
    for name, child in body.named_children():
        module.add_module(name, child)
    for name, value in body.named_parameters(recurse=False):
        module.register_parameter(name, value)
    for name, value in body.named_buffers(recurse=False):
        module.register_buffer(name, value)


def build():
    return Network()
''')


def build_file(body: Body) -> str:
    """Its text. The network that it builds has the names that the file has."""
    entry = body.known.entry
    held = {**body.own, **body.beside}
    return TEXT.substitute(
        imports="import timm" if entry.library == "timm" else "import torchvision",
        tensors="\n".join(f"#   {name} {list(shape)}" for name, shape in held.items()),
        body=_call(body),
        cut=_cut(body),
        prefix=body.prefix.rstrip("."),
        layers="\n".join(f"        {line}" for line in _layers(held)),
    )


def _call(body: Body) -> str:
    entry = body.known.entry
    options = "".join(f", {key}={value!r}" for key, value in entry.options.items())
    if entry.library == "timm":
        return f"timm.create_model({entry.model!r}, num_classes=0{options})"
    return f"torchvision.models.{entry.model}(weights=None{options})"


def _cut(body: Body) -> str:
    """Its own last layers give way: an `Identity` passes on, and may hold the file's layers."""
    if body.way == "whole":
        return f"        put(body, {body.cut!r}, nn.Identity())" if body.cut else ""
    if body.way == "part":
        return f"        body = body.{body.cut}"
    return (
        "        names = [name for name, _ in body.named_children()]\n"
        f"        body = nn.Sequential(*list(body.children())[: names.index({body.cut!r}) + 1])"
    )


def _layers(held: Mapping[str, Shape]) -> list[str]:
    grouped: dict[str, dict[str, Shape]] = {}
    for name, shape in held.items():
        path, _, leaf = name.rpartition(".")
        grouped.setdefault(path, {})[leaf] = shape
    return [f"put(self, {path!r}, {_layer(leaves)})" for path, leaves in grouped.items()]


def _layer(leaves: Mapping[str, Shape]) -> str:
    weight, bias = leaves.get("weight", ()), "bias" in leaves
    if "running_mean" in leaves:
        return f"nn.BatchNorm1d({leaves['running_mean'][0]})"
    if len(weight) == 2:
        return f"nn.Linear({weight[1]}, {weight[0]}, bias={bias})"
    if len(weight) == 4:
        return f"nn.Conv2d({weight[1]}, {weight[0]}, {weight[2:]}, bias={bias})"
    if len(weight) == 1 and bias:
        return f"nn.LayerNorm({weight[0]})"
    made = ", ".join(
        f"{leaf!r}: nn.Parameter(torch.empty({list(s)}))"
        for leaf, s in leaves.items()
        if leaf != COUNTER
    )
    return f"nn.ParameterDict({{{made}}})"
