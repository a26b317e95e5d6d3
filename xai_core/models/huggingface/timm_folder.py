"""timm's own folder for the hub: `architecture`, `num_classes` and `pretrained_cfg` in one JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import InputError, ModelError, first_line
from xai_core.base.finding import Finding
from xai_core.base.input_spec import InputSpec
from xai_core.models.huggingface.model import HubModel
from xai_core.models.peek.hub_files import HubFiles
from xai_core.models.pickles.odd_tensors import refuse_imaginary
from xai_core.models.vision_libraries import vision_library
from xai_core.models.weights.state_dicts import COUNTER
from xai_core.targets.labels import Labels, labels_in

if TYPE_CHECKING:
    from torch import Tensor, nn

NOT_TAKEN = ("pretrained", "checkpoint", "cache", "scriptable", "exportable", "no_jit", "features")
"""How arguments begin that a file may not set: these load other files, or change what is built."""


def timm_model(
    files: HubFiles, tensors: Mapping[str, Tensor], wanted: InputSpec | None
) -> HubModel:
    """The network of timm that the folder describes, strictly filled.

    Raises:
        ModelError: `missing-code` without timm; `missing-architecture`, timm does not build it;
            `missing-weights`, the tensors are not its own.
    """
    timm = vision_library("timm")
    held = files.config
    network = _built(timm, files)
    lost, more = _put(network, tensors)
    if lost:
        raise ModelError(
            f"{len(lost)} tensors of {files.timm_name} are not in the file, or of another shape: "
            f"{', '.join(lost[:3])}.",
            "Give the config.json that was saved with these weights.",
            code="missing-weights",
        )
    preprocessing = held.get("pretrained_cfg")
    told = preprocessing if isinstance(preprocessing, dict) else held
    findings = [Finding("input-declared", "info", "The input form comes from timm's config.json.")]
    if more:
        message = f"{len(more)} tensors have no place in the network: {', '.join(more[:3])}."
        findings.append(Finding("weights-left-out", "warning", message))
    return HubModel(
        network.eval(),
        wanted or _spec(told),
        f"{files.timm_name} of timm {timm.__version__}, filled with the file's tensors",
        _labels({**told, **held}),
        tuple(findings),
    )


def _built(timm: Any, files: HubFiles) -> nn.Module:
    name, held = files.timm_name, files.config
    arguments = held.get("model_args")
    given = arguments if isinstance(arguments, dict) else {}
    taken = {key: value for key, value in given.items() if not key.startswith(NOT_TAKEN)}
    if not timm.is_model(name):
        raise ModelError(
            f"The installed timm knows no architecture {name!r}.",
            "Install the version of timm that wrote the file.",
            code="missing-architecture",
        )
    if isinstance(held.get("num_classes"), int):
        taken["num_classes"] = held["num_classes"]
    if isinstance(held.get("global_pool"), str):
        taken.setdefault("global_pool", held["global_pool"])
    try:
        network: nn.Module = timm.create_model(name, pretrained=False, **taken)
    except (ValueError, TypeError, AssertionError, RuntimeError) as cause:
        raise ModelError(
            f"timm does not build {name} from this config.json: {first_line(cause)}",
            "Give the config.json that was saved with these weights.",
            code="missing-architecture",
        ) from cause
    return network


def _put(network: nn.Module, tensors: Mapping[str, Tensor]) -> tuple[list[str], list[str]]:
    """Names that the file lacks, and that it has too many."""
    own = network.state_dict()
    fitting = {
        name: tensor
        for name, tensor in tensors.items()
        if name in own and own[name].shape == tensor.shape
    }
    refuse_imaginary(fitting, network)
    network.load_state_dict(fitting, strict=False)
    lost = [name for name in own if name not in fitting and not name.endswith(COUNTER)]
    return lost, [name for name in tensors if name not in own]


def _spec(held: Mapping[str, Any]) -> InputSpec:
    """By `input_size`, `mean`, `std`, `crop_pct` and `crop_mode`. Raises `InputError`."""
    try:
        channels, height, width = (int(one) for one in held.get("input_size", (3, 224, 224)))
        base = InputSpec.for_shape(channels, height, width)
        part = float(held.get("crop_pct") or 0.875)
        mean = tuple(float(one) for one in held.get("mean", base.mean))
        std = tuple(float(one) for one in held.get("std", base.std))
    except (TypeError, ValueError) as cause:
        raise InputError(f"The input form in config.json cannot be read: {cause}") from cause
    fit = "squash" if held.get("crop_mode") == "squash" else base.fit
    resize = int(min(height, width) / part)
    return replace(base, fit=fit, resize=resize, mean=mean, std=std)


def _labels(held: Mapping[str, Any]) -> Labels | None:
    names = held.get("label_names")
    if not isinstance(names, Sequence | Mapping) or isinstance(names, str):
        return None
    return labels_in({"label_names": names})
