"""Finer-CAM: Grad-CAM of what sets the class apart from those that are most like it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.layers.class_activation import HELP, ClassActivation
from xai_core.attribution.layers.layer_gradient import features_and_gradient
from xai_core.attribution.methods.base import METHODS, Task
from xai_core.base.errors import MethodError
from xai_core.base.parameters import parameter

if TYPE_CHECKING:
    from torch import Tensor

    from xai_core.targets.resolution import FixedScore
    from xai_core.targets.several import Scores


@dataclass(frozen=True)
class FinerCamParameters:
    """Of Finer-CAM."""

    layer: str = parameter("", HELP, holds="layers")
    similar: int = parameter(
        3,
        "How many classes it is set apart from: those whose scores are nearest.",
        minimum=1,
        maximum=100,
    )
    gamma: float = parameter(
        0.6,
        "How strongly their mean score counts; 0 is Grad-CAM.",
        minimum=0.0,
        maximum=5.0,
        step=0.1,
    )


@METHODS.register
class FinerCam(ClassActivation):
    """Grad-CAM of score − γ · mean of the scores of the classes nearest to it.

    Zhang et al. 2025, arXiv 2501.11309. It takes class scores of which one is explained.
    """

    name = "finer-cam"
    title = "Finer-CAM"
    order = 98
    summary = "Which regions set the class apart from the classes that score most like it."
    citation = "Zhang et al., 2025, arXiv 2501.11309"
    Parameters = FinerCamParameters

    def combined(self, task: Task, name: str) -> tuple[Tensor, Mapping[str, Any]]:
        import torch

        scorer, apart = copy(task.scorer), _Apart(task.scorer.score, task.parameters)
        scorer.score = cast("Any", apart)
        with torch.no_grad():
            scorer(task.inputs)
        features, gradient = features_and_gradient(scorer, task.inputs, name)
        signed = (gradient.mean((2, 3), keepdim=True) * features).sum(1, keepdim=True)
        return signed, {"apart_from": apart.others}

    def samples(self, parameters: FinerCamParameters, shape: tuple[int, int, int]) -> int:
        return super().samples(parameters, shape) + 1  # to see which classes are near

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        shape = capabilities.output_shape or ()
        if len(shape) == 2 and shape[1] < 2:
            return "The model has one score, and no class to set it apart from."
        if not capabilities.explains_class:
            return "What is explained is no class, which could be set apart from others."
        return super().unavailable_because(capabilities)


class _Apart:
    """The score of a class less that of others, which are chosen where it is first asked for."""

    def __init__(self, own: FixedScore | Scores, parameters: FinerCamParameters) -> None:
        self._own, self._parameters = own, parameters
        self.explained, self.before = own.explained, own.before
        self.others: list[int] = []

    def __call__(self, output: Any, batch: int) -> Tensor:
        from xai_core.targets.outputs import score_matrix, scored

        scores = score_matrix(scored(output, self.explained.chosen), batch)
        index = self.explained.index
        if index is None or scores.shape[1] < 2:
            raise MethodError(
                "Finer-CAM sets one class apart from others, and here no class of several is "
                "explained.",
                "Explain a class, or choose Grad-CAM.",
            )
        if not self.others:
            distances = (scores[0] - scores[0, index]).abs()
            distances[index] = float("inf")
            count = min(self._parameters.similar, scores.shape[1] - 1)
            self.others = distances.topk(count, largest=False).indices.tolist()
        return self._own(output, batch) - self._parameters.gamma * scores[:, self.others].mean(1)
