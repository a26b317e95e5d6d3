"""Inner layers can be read, and some of them give feature maps."""

from __future__ import annotations

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
    from xai_core.attribution.passes.rectifiers import RectifierCount
    from xai_core.attribution.probe import seen_layers
    from xai_core.readiness.setting.score import same_draws

    with (
        torch.no_grad(),
        same_draws(),
        seen_layers(case.module) as layers,
        RectifierCount() as seen,
    ):
        run(case.module, case.inputs[0])
    case.layers = list(layers)
    case.rectifiers = dict(seen.calls)
    case.evidence["layers"] = len(layers)
    case.evidence["spatial_layers"] = [layer.name for layer in layers if layer.spatial]


def _propose(case: Case) -> None:
    from xai_core.attribution.layers.feature_layers import propose
    from xai_core.attribution.probe import channels_last
    from xai_core.base.errors import MethodError

    if not case.readable:
        return
    try:
        layer = propose(case.layers, case.output_shape or (), channels_last(case.module))
    except MethodError:
        return
    case.evidence["proposed_layer"] = layer.name
    shape = list(layer.output_shape or ())
    reason = f"The deepest {layer.kind} whose output still is a map: {shape}."
    if layer.grid is not None and len(shape) == 3:
        height, width = layer.grid
        case.evidence["token_grid"] = [height, width]
        reason = (
            f"The deepest {layer.kind} whose patch tokens still reach the score: {shape}, "
            f"a grid of {height}×{width} after {layer.prefix} other tokens."
        )
    case.evidence["proposed_layer_reason"] = reason
