"""The network of a known body and a head of the team's own."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.models.formats.base import ACTIVATIONS
from xai_core.models.weights.library import LibraryArchitecture
from xai_core.models.weights.own.body import Body
from xai_core.models.weights.own.chain import Chain
from xai_core.models.weights.own.head import Head

if TYPE_CHECKING:
    from torch import nn

TITLES = {"relu": "ReLU", "gelu": "GELU", "none": "nothing"}


@dataclass(frozen=True)
class OwnNetwork:
    """Builds it. head: None for the body alone. activation: one of `ACTIVATIONS`."""

    body: Body
    head: Head | None
    activation: str = ACTIVATIONS[0]

    def architecture(self) -> LibraryArchitecture:
        """What the body is of."""
        return LibraryArchitecture(self.body.known.entry, self.body.channels)

    def names(self) -> dict[str, str]:
        """Name in the network that `build` gives to name in the file, of every layer or tensor."""
        body, strip = self.body, f"{self.body.cut}."
        start = {"whole": "body." if self._beside else "", "part": "body.", "children": "body."}
        cut = len(strip) if body.way == "part" else 0
        found = {f"{start[body.way]}{name[cut:]}": at for name, at in body.names.items()}
        place = "head" if self._beside else body.cut
        if self.head is not None:
            found |= {f"{place}.{_key(path)}": at for path, at in self.head.names.items()}
        return found

    def build(self) -> nn.Module:
        """The network, with random weights."""
        from torch import nn

        body = self.body
        network = self.architecture().build(body.classes or 1000)
        for name, size in body.others.items():
            if name != body.known.last or not body.classes:
                _resize(network, name, size)
        head = _head(self.head.chain, self.activation) if self.head else None
        if not self._beside:
            if body.cut:
                network.set_submodule(body.cut, head or nn.Identity())
            return network
        alone = _alone(network, body)
        return nn.Sequential(OrderedDict(body=alone, head=head or _vector(body.features)))

    @property
    def _beside(self) -> bool:
        """The head stands behind the body, not in the place of one of its layers."""
        in_place = self.body.way == "whole" and (self.body.own or self.head is None)
        return not in_place


def _alone(network: nn.Module, body: Body) -> nn.Module:
    from torch import nn

    if body.way == "part":
        return network.get_submodule(body.cut)
    if body.way == "children":
        named = dict(network.named_children())
        last = list(named).index(body.cut)
        return nn.Sequential(OrderedDict(list(named.items())[: last + 1]))
    if body.cut:
        network.set_submodule(body.cut, nn.Identity())
    return network


def _head(chain: Chain, activation: str) -> nn.Module:
    from torch import nn

    made: dict[str, nn.Module] = {"vector": _vector(chain.features)}
    for step in chain.steps:
        layer, key = step.layer, _key(step.layer.path)
        kinds: dict[str, Any] = {
            "Linear": lambda one=layer: nn.Linear(one.inputs, one.outputs, bias=one.bias),
            "BatchNorm1d": lambda one=layer: nn.BatchNorm1d(one.inputs, affine=one.bias),
            "LayerNorm": lambda one=layer: nn.LayerNorm(one.inputs),
            "PReLU": nn.PReLU,
        }
        made[key] = kinds[layer.kind]()
        if step.activated and activation != "none":
            made[f"{key}_assumed"] = nn.ReLU() if activation == "relu" else nn.GELU()
    return nn.Sequential(OrderedDict(made))


def _key(path: str) -> str:
    return path.replace(".", "_") or "last"


def _vector(length: int) -> nn.Module:
    from xai_core.models.weights.own.vector import Vector

    return Vector(length)


def _resize(network: nn.Module, name: str, outputs: int) -> None:
    from torch import nn

    old: Any = network.get_submodule(name)
    if not isinstance(old, nn.Linear):
        raise ModelError(
            f"{name} should be a linear layer of {outputs} outputs.",
            "Give a Python file with a function build() and trust it.",
            code="missing-architecture",
        )
    network.set_submodule(name, nn.Linear(old.in_features, outputs, bias=old.bias is not None))
