"""How each layer's output is read as a map: by its definition, or by what it answers to.

What a layer is defined to give (a convolution: channels first; Keras: as its layers say) is taken.
Where nothing in the pass moved channels to another axis, the rest lies alike. Else parts of the
picture are changed, and the reading is taken whose places answer to their own part. A weak answer
(attention mixes) needs a second witness: a layer with a clear one and an output of the same
shape, or sizes that leave one layout only. What has neither is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from xai_core.attribution.capabilities import Layer
from xai_core.attribution.layers.answers import ByAxis, answers
from xai_core.attribution.layers.defined_layout import works_on_last_axis
from xai_core.attribution.layers.map_layout import map_agreement, map_by_size, measured_map
from xai_core.attribution.layers.seen import Seen, hookable, with_map
from xai_core.attribution.layers.tokens.grid import CLEAR, OTHERS, TokenGrid, token_grid, witnessed
from xai_core.attribution.layers.tokens.order import Grid

if TYPE_CHECKING:
    from torch import Tensor, nn

WEAK = 0.25  # agreement of a reading that a neighbour's supports
TOKENS = {3: 2, 4: 3}  # the channels' axis of tokens, by the number of axes

_READ: WeakKeyDictionary[nn.Module, dict[object, tuple[Layer, ...]]] = WeakKeyDictionary()


def read_layers(module: nn.Module, inputs: Tensor, seen: Seen) -> tuple[Layer, ...]:
    """The layers of one pass on `inputs` `[B, C, H, W]` with their readings.

    Takes five passes more where readings have to be measured, once for a module and a size; the
    caller has borrowed the module.
    """
    seen = _of_pictures(seen, len(inputs))
    if not any(_is_open(layer) for layer in seen):
        return tuple(seen)
    if not seen.rearranged:
        return tuple(_unmoved(layer) for layer in seen)
    key = (tuple(inputs.shape), tuple((one.name, one.kind, one.output_shape) for one in seen))
    known = _READ.setdefault(module, {})
    if key not in known:
        known[key] = _Reading(module, inputs, seen).layers()
    return known[key]


def _of_pictures(seen: Seen, batch: int) -> Seen:
    """Without maps of what is no picture: a detector's second stage has one of each region, and
    its shared heads run on levels of several sizes.
    """
    found = Seen(_of_parts(layer, batch, layer.name in seen.resized) for layer in seen)
    found.rearranged, found.resized = seen.rearranged, seen.resized
    return found


def _of_parts(layer: Layer, batch: int, resized: bool) -> Layer:
    shape = layer.output_shape or ()
    parts = len(shape) == 4 and shape[0] != batch
    if not parts and not (resized and len(shape) == 4):
        return layer
    told = f"It gives {shape[0]} maps for {batch} picture, one of each region."
    why = told if parts else "It runs on several sizes in one pass."
    return replace(layer, spatial=False, grid=None, layout="", output_shape=None, refused=why)


def _is_open(layer: Layer) -> bool:
    return not layer.layout and len(layer.output_shape or ()) in (3, 4)


def _unmoved(layer: Layer) -> Layer:
    open_ = _is_open(layer) and len(layer.output_shape or ()) == 4
    return with_map(layer, "NCHW") if open_ else layer


class _Reading:
    """One module on one input."""

    def __init__(self, module: nn.Module, inputs: Tensor, seen: Seen) -> None:
        self._batch = len(inputs)
        self._picture: Grid = (inputs.shape[2], inputs.shape[3])
        self._seen = seen
        self._inner = hookable(module)
        names = [one.name for one in seen if _is_open(one) and self._of_pictures(one)]
        self._widths = {(one.output_shape or ())[-1:] for one in seen if self._hands_on(one)}
        self._answers = answers(module, inputs[:1], names)
        self._grids: dict[Grid, None] = {}  # in the order in which they were found
        self._tokens: list[TokenGrid] = []

    def layers(self) -> tuple[Layer, ...]:
        """The layers, read or refused."""
        clear = [self._clear(layer) for layer in self._seen]
        return tuple(self._settled(at, clear) for at in range(len(clear)))

    def _of_pictures(self, layer: Layer) -> bool:
        return layer.output_shape is not None and layer.output_shape[0] == self._batch

    def _hands_on(self, layer: Layer) -> bool:
        """Whether it is a block or a norm, and no step inside of one (queries, hidden units)."""
        block = any(True for _ in self._inner[layer.name].children())
        return bool(layer.output_shape) and (block or "norm" in layer.kind.lower())

    def _clear(self, layer: Layer) -> Layer:
        """The layer, read where its own evidence is clear."""
        seen = self._answers.get(layer.name)
        read: Layer | None = layer
        if seen is not None:
            read = measured_map(layer, seen) if 1 in seen else None
            read = read or self._token_layer(layer, seen)
        if read is not None and read.grid is not None:
            self._grids.setdefault(read.grid)
        return read or layer

    def _token_layer(self, layer: Layer, seen: ByAxis) -> Layer | None:
        if self._is_step(layer):
            return None
        answered = seen[TOKENS[len(layer.output_shape or ())]].flat()
        known = [
            witnessed(answered, one) for one in self._tokens if one.length == answered.rows.size
        ]
        best = max(known, key=lambda one: one.agreement, default=None)
        if best is None or best.agreement < CLEAR:
            others = OTHERS if 1 not in seen else 0  # four axes: blocks of tokens and nothing else
            best = token_grid(answered, self._picture, list(self._grids), others)
        if best is None or best.agreement < CLEAR:
            return None
        if best not in known:
            self._tokens.append(best)
        return _with_tokens(layer, best)

    def _is_step(self, layer: Layer) -> bool:
        shape = layer.output_shape or ()
        return len(shape) == 3 and shape[-1:] not in self._widths

    def _settled(self, at: int, layers: Sequence[Layer]) -> Layer:
        """The layer, read by a second witness, or refused."""
        layer = layers[at]
        if not _is_open(layer):
            return layer
        if not self._of_pictures(layer):
            return _refused(layer, "it works on parts of the picture, one by one")
        if self._is_step(layer):
            return _refused(layer, "it is a step inside a block, of another width")
        seen = self._answers.get(layer.name)
        if seen is None or not any(one.alive.any() for one in seen.values()):
            return _refused(layer, "it does not answer to the picture")
        return (
            self._like_another(at, layers, seen)
            or self._by_size(layer, seen)
            or _refused(layer, _cause(layer))
        )

    def _like_another(self, at: int, layers: Sequence[Layer], seen: ByAxis) -> Layer | None:
        own = layers[at]
        others = [one for one in layers if one.layout and one.output_shape == own.output_shape]
        near = {one.name: abs(number - at) for number, one in enumerate(layers)}
        for one in sorted(others, key=lambda one: near[one.name]):
            if self._supports(one, seen):
                return replace(
                    own,
                    spatial=one.spatial,
                    grid=one.grid,
                    prefix=one.prefix,
                    layout=one.layout,
                    order=one.order,
                )
        return None

    def _supports(self, one: Layer, seen: ByAxis) -> bool:
        if one.grid is None:
            return False
        if one.layout != "NLC":
            return map_agreement(seen, one.layout) >= WEAK
        reading = TokenGrid(one.grid, one.prefix, one.order)
        answered = seen[TOKENS[len(one.output_shape or ())]].flat()
        return witnessed(answered, reading).agreement >= WEAK

    def _by_size(self, layer: Layer, seen: ByAxis) -> Layer | None:
        if 1 not in seen:
            return None
        last = works_on_last_axis(self._inner[layer.name])
        return map_by_size(layer, self._picture, self._grids, last)


def _with_tokens(layer: Layer, found: TokenGrid) -> Layer:
    return replace(
        layer,
        spatial=True,
        grid=found.grid,
        prefix=found.prefix,
        layout="NLC",
        order=found.order,
    )


def _refused(layer: Layer, why: str) -> Layer:
    return replace(layer, refused=f"{why[0].upper()}{why[1:]}.")


def _cause(layer: Layer) -> str:
    shape = list(layer.output_shape or ())
    if sum(side > 1 for side in shape[1:]) < 2:
        return "its output has one place"
    if len(shape) == 4:
        return f"it cannot be told which axis of its output {shape} holds the channels"
    return f"it cannot be told where in the picture the tokens of its output {shape} lie"
