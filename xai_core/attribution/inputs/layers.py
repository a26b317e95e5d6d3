"""Maps of a layer: each is of the input that the layer sees alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xai_core.attribution.forward import tensor_of
from xai_core.attribution.inputs.asked import AskedOfInputs
from xai_core.attribution.inputs.branches import last_of, seen_by
from xai_core.attribution.inputs.joined import joined
from xai_core.attribution.inputs.passes import explained as explained_of
from xai_core.attribution.layers import feature_layers
from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.result import Attribution
from xai_core.attribution.variants.names import values_in
from xai_core.base.errors import MethodError
from xai_core.base.progress import SharedProgress
from xai_core.base.several_inputs.packing import packed, shapes_of

if TYPE_CHECKING:
    from torch import nn

LAYER = "layer"
Seen = dict[str, tuple[str, ...]]


def explained(asked: AskedOfInputs) -> dict[str, Attribution]:
    """The map of the layer that was named, by its input; else of the last layer of each branch.

    Raises:
        MethodError: no layer sees one input alone, or the one that was named sees several.
        InputError: there is no such layer.
    """
    asked.settings  # noqa: B018 - wrong parameters are told before anything runs
    whole = _joined(asked, tuple(asked.pictures))
    first = {name: one[:1] for name, one in asked.pictures.items()}
    tensor = tensor_of(packed(first), whole)
    seen = seen_by(whole, tensor, shapes_of(first))
    named = values_in(str(asked.parameters.get(LAYER, "")))
    for name in named:
        feature_layers.find(whole, name)
    if named:
        return explained_of(asked, (_input_of(asked, named, seen),))
    return _each(asked, _last(asked, seen))


def _each(asked: AskedOfInputs, layers: dict[str, str]) -> dict[str, Attribution]:
    if not layers:
        raise MethodError(
            f"No layer with a feature map sees one input alone ({', '.join(asked.pictures)}).",
            "Choose a gradient method or Occlusion, which give each input a map of its own.",
            code="no-spatial-layer",
        )
    plugin, shapes = METHODS[asked.method], shapes_of(asked.pictures)
    costs = {name: plugin.samples(asked.settings, shapes[name]) for name in layers}
    shared = SharedProgress(costs, asked.more.get("progress"))
    found: dict[str, Attribution] = {}
    for name, layer in layers.items():
        one = asked.telling(shared.of(name)).with_parameters(layer=layer)
        found |= explained_of(one, (name,))
    return found


def _input_of(asked: AskedOfInputs, named: Sequence[str], seen: Seen) -> str:
    """The one input that these layers see. Raises `MethodError` where it is not one."""
    inputs = list(dict.fromkeys(name for layer in named for name in seen.get(layer, ())))
    if len(inputs) == 1:
        return inputs[0]
    told = " and ".join(inputs) or "none of the inputs"
    last = _last(asked, seen)
    known = ", ".join(f"{layer} ({name})" for name, layer in last.items()) or "none has a map"
    title = METHODS[asked.method].title
    raise MethodError(
        f"The layer {', '.join(named)} sees {told}: {title} would give one map for all inputs "
        "together.",
        f"Choose a layer that sees one input alone. The last ones are: {known}.",
    )


def _last(asked: AskedOfInputs, seen: Seen) -> dict[str, str]:
    """The last layer with a feature map that sees each input alone, by the input's name."""
    found = {}
    for name in asked.pictures:
        own = [layer for layer, inputs in seen.items() if inputs == (name,)]
        module = _joined(asked, (name,))
        picture = tensor_of(asked.pictures[name][:1], module)
        layer = last_of(module, picture, own) if own else None
        if layer is not None:
            found[name] = layer
    return found


def _joined(asked: AskedOfInputs, names: Sequence[str]) -> nn.Module:
    """The model of the first picture with these inputs free."""
    free = {name: asked.pictures[name][:1] for name in names}
    rest = {name: one for name, one in asked.pictures.items() if name not in free}
    fixed = {name: one[:1] for name, one in {**rest, **asked.others}.items()}
    return joined(asked.model, shapes_of(free), fixed, (*asked.pictures, *asked.others))
