"""Inner layers can be read, and some of them give feature maps."""

from __future__ import annotations

from xai_core.attribution.capabilities import Layer
from xai_core.readiness.checks.base import CHECKS, Case, Check


@CHECKS.register
class Layers(Check):
    """Which layers run, which can carry a class activation map, which one is proposed."""

    name = "layers"
    order = 20
    basic = True

    def run(self, case: Case) -> None:
        from xai_core.attribution.passes.rectifiers import hidden

        if case.predicts_only:
            return
        _watch(case)
        if hidden(case.module) or not case.readable:
            case.readable = False
            case.add(
                "layers-hidden",
                "error",
                "Inner layers cannot be relied on: the file's format hides or fuses them.",
                "Load the original PyTorch model for methods that look into layers.",
            )
        elif not any(layer.spatial for layer in case.layers):
            case.add(
                "no-spatial-layer",
                "warning",
                "No layer gives a feature map, so class activation maps are not defined.",
                "Choose a gradient method.",
            )
        _propose(case)


def _watch(case: Case) -> None:
    import torch

    from xai_core.attribution.forward import run
    from xai_core.attribution.layers.reading import read_layers
    from xai_core.attribution.layers.seen import seen_layers
    from xai_core.attribution.passes.rectifiers import RectifierCount
    from xai_core.readiness.setting.score import same_draws

    with (
        torch.no_grad(),
        same_draws(),
        seen_layers(case.module) as seen,
        RectifierCount() as rectifiers,
    ):
        run(case.module, case.inputs[0])
    case.layers = list(read_layers(case.module, case.inputs[0], seen))
    case.rectifiers = dict(rectifiers.calls)
    case.evidence["layers"] = len(case.layers)
    case.evidence["spatial_layers"] = [layer.name for layer in case.layers if layer.spatial]


def _propose(case: Case) -> None:
    from xai_core.attribution.layers.feature_layers import propose
    from xai_core.base.errors import MethodError

    if not case.readable:
        return
    try:
        layer = propose(case.layers, case.output_shape or ())
    except MethodError:
        return
    case.evidence["proposed_layer"] = layer.name
    case.evidence["proposed_layer_reading"] = layer.reading
    if layer.grid is not None and layer.layout == "NLC":
        case.evidence["token_grid"] = list(layer.grid)
    case.evidence["proposed_layer_reason"] = _reason(layer)


def _reason(layer: Layer) -> str:
    shape = list(layer.output_shape or ())
    grid = "a grid of {}×{}".format(*layer.grid or (0, 0))
    if layer.layout == "NLC":
        return (
            f"The deepest {layer.kind} whose patch tokens still reach the score: {shape}, "
            f"{grid}, {layer.reading}."
        )
    return (
        f"The deepest {layer.kind} whose output still is a map: {shape}, {grid}, {layer.reading}."
    )
