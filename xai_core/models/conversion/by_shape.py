"""A script's graph that holds for one shape of input, and is made anew for another one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import fx, nn

from xai_core.base.errors import ModelError
from xai_core.models.conversion.graph_module import LayeredGraph

Shape = tuple[int, int, int]
KEPT = 4  # graphs, with a copy of the weights each
GUARD = "Guard failed"


class ShapedGraph(LayeredGraph):
    """The graph for the shape that was asked for last; where there is none, the script itself.

    A converter writes the sizes that it saw into the graph, which refuses others (`Guard failed`),
    where the script would run.

    Args:
        graph: for inputs of `shape`. convert: makes one for another shape, proven equal to the
            script; None where that fails. script: with weights of its own.
    """

    def __init__(
        self,
        graph: LayeredGraph,
        shape: Shape,
        convert: Callable[[Shape], LayeredGraph | None],
        script: nn.Module,
    ) -> None:
        super().__init__(fx.Graph())
        self._graphs: dict[Shape, LayeredGraph | None] = {shape: graph}
        self._convert, self._script = convert, (script,)  # a tuple: it is no layer
        self._shape = shape
        self._take(shape)

    def forward(self, *args: Any) -> Any:
        """What the script gives."""
        try:
            return self._run(*args)
        except Exception as error:
            if GUARD not in str(error) or self._graphs[self._shape] is None:
                raise
        self.suit_shape(tuple(args[0].shape[1:]))
        return self._run(*args)

    def suit_shape(self, shape: Shape) -> None:
        """Become the graph for inputs of a shape, before anything is hooked or changed.

        A graph that takes them as it is stays.
        """
        if shape == self._shape or self._takes(shape):
            return
        if shape not in self._graphs:
            if len(self._graphs) >= KEPT:
                del self._graphs[next(one for one in self._graphs if one != self._shape)]
            self._graphs[shape] = self._made(shape)
        self._take(shape)

    def _run(self, *args: Any) -> Any:
        if self._graphs[self._shape] is None:
            return self._script[0](*args)
        return super().forward(*args)

    def _takes(self, shape: Shape) -> bool:
        first = next(iter(self.parameters()), None)
        device = None if first is None else first.device
        try:
            with torch.no_grad():
                self._run(torch.zeros(1, *shape, device=device))
        except Exception as error:  # another failure is the script's, too
            return GUARD not in str(error)
        return self._graphs[self._shape] is not None

    def _made(self, shape: Shape) -> LayeredGraph | None:
        device = next((one.device for one in self.parameters()), None)
        try:
            graph = self._convert(shape)
        except ModelError:
            return None
        return graph if graph is None or device is None else graph.to(device)

    def _take(self, shape: Shape) -> None:
        """Have the layers and weights of that graph, or the script's weights, as its own."""
        graph, self._shape = self._graphs[shape], shape
        if graph is not None:
            self._nodes, self._modules = graph._nodes, graph._modules
            self._parameters, self._buffers = graph._parameters, graph._buffers
            return
        script = self._script[0]
        self._nodes, self._modules = fx.Graph(), {}
        weights, states = script.named_parameters(), script.named_buffers()
        self._parameters = {name.replace(".", "_"): one for name, one in weights}
        self._buffers = {name.replace(".", "_"): one for name, one in states}
