"""Several pictures by several methods, as each would be explained alone, up to rounding."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.attribution.batches.clean_pass import BatchPass
from xai_core.attribution.batches.one_batch import Batch
from xai_core.attribution.batches.order import Found, Order, Tally
from xai_core.attribution.batches.separate import Resolve, Shown, is_separate
from xai_core.attribution.capabilities import Layer
from xai_core.attribution.context import Context
from xai_core.attribution.forward import another, module_of, suit, tensor_of
from xai_core.attribution.layers.inner_output import ending_at, place_of
from xai_core.attribution.pace.measurement import fitting
from xai_core.attribution.scorer import PLAIN
from xai_core.base.arrays import Inputs
from xai_core.base.borrow import borrowed
from xai_core.base.errors import Cancelled, MethodError
from xai_core.base.memory import give_back, kept_for_backward, ran_out
from xai_core.base.pace import Pace
from xai_core.base.progress import Progress
from xai_core.base.target import Asked, Explained, asked_to_json
from xai_core.targets.resolution import resolve

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.base.loaded_model import LoadedModel


class Batches:
    """A model, and what is known of how it treats several pictures; for one call at a time."""

    def __init__(self, model: LoadedModel | nn.Module) -> None:
        self.model = model
        self._shown: dict[str, Shown] = {}
        self._firsts: dict[str, Context] = {}

    def explain(
        self,
        inputs: Inputs,
        methods: Mapping[str, Mapping[str, Any]],
        target: Asked = None,
        seed: int = 0,
        *,
        pace: Pace = PLAIN,
        progress: Progress | None = None,
        room: int | None = None,
    ) -> tuple[Found, ...]:
        """What each method gives for each picture.

        Where the model is shown to treat pictures separately, they go through it together: at
        most `pace.batch_size` of them, and no more than the memory holds. Else one by one.

        Args:
            inputs: float32 `[B, C, H, W]`. methods: parameters by name. target: as for `explain`.
            progress: in samples of all. room: bytes that this process may still take.

        Raises:
            InputError: inputs, target or a parameter is not what it has to be.
            ModelError: the model fails. What a method refuses is no error.
        """
        module = module_of(self.model, needs_gradient=False)
        suit(module, np.shape(inputs)[1:])
        module = ending_at(module, target)
        tensor = tensor_of(inputs, module)
        shape = (tensor.shape[1], tensor.shape[2], tensor.shape[3])
        order = Order.of(methods, shape, target, seed, pace)
        tally = Tally(sum(order.samples.values()) * len(tensor), progress)
        with borrowed(module), pace.kept():
            shown = self._shown_of(module, tensor, order, room)
            return self._in_batches(module, tensor, order, shown, tally)

    def _in_batches(
        self, module: nn.Module, tensor: Tensor, order: Order, shown: Shown, tally: Tally
    ) -> tuple[Found, ...]:
        found: list[Found] = []
        size = min(shown.most, order.pace.batch_size) if shown.separate else 1
        first, fixing = self._first(tensor, order), self._resolve(tensor, order)
        while len(found) < len(tensor):
            done, pictures = tally.done, tensor[len(found) : len(found) + size]
            work = Batch(self.model, module, pictures, order, shown, fixing, first, tally)
            try:
                found += work.explained()
            except Cancelled:
                raise
            except Exception as error:
                if len(pictures) == 1:
                    raise
                size = max(1, len(pictures) // 2) if ran_out(error) else 1
                tally.done = done
                del work
                give_back()
        return tuple(found)

    def _shown_of(self, module: nn.Module, tensor: Tensor, order: Order, room: int | None) -> Shown:
        """What is known, or is seen now: with one picture alone nothing is shown of others."""
        about = (_size(tensor), asked_to_json(order.target), order.gradients, str(order.pace))
        key = json.dumps([*about, bool(order.layers(""))], default=str)
        if key not in self._shown:
            fixing = self._resolve(tensor, order)
            layers, proposed = _layers(module, tensor[:1], fixing, order)
            if len(tensor) == 1:
                return Shown(False, layers, proposed)
            two, how = _two(tensor), {"graph": order.gradients}
            separate = is_separate(module, two, fixing, order.pace, **how)
            most = _most(module, two[:1], order, room) if separate else 1
            self._shown[key] = Shown(separate, layers, proposed, most)
        return self._shown[key]

    def _first(self, tensor: Tensor, order: Order) -> Context:
        """What can be folded is found on the first picture of a size, up to a layer."""
        inner = order.target if place_of(order.target) else None
        key = f"{_size(tensor)} {place_of(order.target)}"
        if key not in self._firsts:
            self._firsts[key] = Context(self.model, tensor[:1].detach().cpu().numpy(), inner)
        return self._firsts[key]

    def _resolve(self, tensor: Tensor, order: Order) -> Resolve:
        size, labels = (tensor.shape[2], tensor.shape[3]), getattr(self.model, "labels", None)

        def fixing(output: Any) -> Explained:
            return resolve(order.target, output, size, labels)

        return fixing


def _two(tensor: Tensor) -> Tensor:
    """Two pictures that differ."""
    import torch

    one = tensor[:1]
    other = next((two for two in tensor[1:, None] if not torch.equal(two, one)), None)
    return torch.cat([one, another(one) if other is None else other])


def _layers(
    module: nn.Module, picture: Tensor, fixing: Resolve, order: Order
) -> tuple[dict[str, Layer], str]:
    """The layers as they run on a picture, and the one that is taken where none is asked for."""
    import torch

    from xai_core.attribution.forward import run
    from xai_core.attribution.layers.feature_layers import propose
    from xai_core.attribution.layers.reading import read_layers
    from xai_core.attribution.layers.seen import seen_layers
    from xai_core.attribution.passes.lineage import observed
    from xai_core.targets.detections import listed
    from xai_core.targets.outputs import scored

    if not order.layers(""):
        return {}, ""
    with torch.no_grad(), seen_layers(module) as seen:
        output = run(observed(module), picture)
    layers = read_layers(module, picture, seen)
    known = {one.name: one for one in layers}
    if listed(output) is not None or place_of(order.target):
        return known, ""  # that depends on the picture
    try:
        return known, propose(layers, tuple(scored(output, fixing(output).chosen).shape)).name
    except MethodError:
        return known, ""


def _most(module: nn.Module, picture: Tensor, order: Order, room: int | None) -> int:
    graph = order.gradients
    passes = kept_for_backward(module, lambda: BatchPass(module, picture, order.pace, graph=graph))
    return fitting(passes, picture.device, room)


def _size(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape[1:]))
