"""ImageNet's names for a model that names no classes and has as many outputs as ImageNet."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xai_core.base.finding import Finding
from xai_core.base.loaded_model import LoadedModel
from xai_core.targets.imagenet import imagenet_labels
from xai_core.targets.labels import Labels

if TYPE_CHECKING:
    from torch import nn

COLOURS = 3
CLASSES = 1000
BACKGROUND = "background"
SECONDS = 20.0


def of_count(outputs: int) -> Labels | None:
    """For 1000 outputs, and for the 1001 of TensorFlow's slim, whose class 0 is the background."""
    if outputs not in (CLASSES, CLASSES + 1):
        return None
    names = imagenet_labels()
    return names if outputs == CLASSES else (BACKGROUND, *names)


def assumed() -> Finding:
    """What is said of them."""
    return Finding(
        "classes-assumed",
        "info",
        "The names of ImageNet's classes are shown, because there are as many outputs; "
        "the file does not name its classes.",
        "If it was trained on something else, go by the numbers.",
    )


def with_assumed(model: LoadedModel, seconds: float = SECONDS) -> LoadedModel:
    """The model with ImageNet's names, where it names none and one run shows that they fit.

    Not for grey pictures. A weights file says by itself whether it was trained.
    """
    if model.labels is not None or model.input_spec.channels != COLOURS or _untrained(model):
        return model
    labels = of_count(_outputs(model, seconds))
    if labels is None:
        return model
    findings = (*model.findings, assumed())
    return replace(model, labels=labels, labels_assumed=True, findings=findings)


def _untrained(model: LoadedModel) -> bool:
    from xai_core.models.weights.state_dicts import looks_trained

    if model.format != "torch-weights" or model.module is None:
        return False
    return not looks_trained(model.module.state_dict())


def _outputs(model: LoadedModel, seconds: float) -> int:
    """Class scores of one picture; 0 where there are none, or no run ends well and in time."""
    import numpy as np

    from xai_core.models.conversion.deadline import deadline
    from xai_core.targets.outputs import main_output

    picture = np.full((1, *model.input_spec.shape), 0.5, np.float32)
    with suppress(Exception), deadline(seconds, "The search for class names"):
        _, tensor = main_output(_output(model, picture))
        return int(tensor.shape[1]) if tensor.ndim == 2 and len(tensor) == 1 else 0
    return 0


def _output(model: LoadedModel, picture: Any) -> Any:
    import torch

    from xai_core.attribution.forward import run
    from xai_core.attribution.predictor import runnable
    from xai_core.base.device import device_of
    from xai_core.base.draws import same_draws
    from xai_core.readiness.setting.pristine import pristine

    module: nn.Module = runnable(model)
    with torch.no_grad(), same_draws(), pristine(module):
        return run(module, torch.from_numpy(picture).to(device_of(module)))
