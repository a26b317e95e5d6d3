"""A checkpoint of Ultralytics: a whole module that is rebuilt, so that nothing in it is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.models.pickles.odd_tensors import refuse_imaginary
from xai_core.models.pickles.rescue import rescued_tensors
from xai_core.models.pickles.skeleton import Stub
from xai_core.models.pickles.torch_file import TorchFile, find_module
from xai_core.models.yolo.network import KINDS, built, input_of, make_plain
from xai_core.targets.labels import Labels, labels_in

if TYPE_CHECKING:
    from torch import nn

    from xai_core.base.input_spec import InputSpec

PACKAGE = "ultralytics.nn.tasks"
LOADED_BY = "an Ultralytics network built from its description, weights put into it strictly"


@dataclass(frozen=True)
class Checkpoint:
    """What a file says of its network, as plain data.

    Attributes:
        kind: its class. description: its layers. names: of its classes.
        trained: arguments of the training. entry: of the file, in which it lies.
    """

    kind: str
    description: Any
    names: Any
    trained: Mapping[str, Any]
    entry: str


@dataclass(frozen=True)
class Rebuilt:
    """The network with its weights, and what goes with it."""

    module: nn.Module
    input_spec: InputSpec
    labels: Labels | None
    findings: tuple[Finding, ...]


def checkpoint_of(file: TorchFile) -> Checkpoint | None:
    """What the module in a file is, if it is one of Ultralytics that can be rebuilt."""
    module = find_module(file.contents.root)
    readable = file.layout == "zip" and file.contents.protocol == 2
    if not isinstance(module, Stub) or module.source.module != PACKAGE or not readable:
        return None
    if module.source.name not in KINDS or not isinstance(module.state.get("yaml"), dict):
        return None
    held = file.contents.root if isinstance(file.contents.root, dict) else {}
    entry = next((str(key) for key, value in dict.items(held) if value is module), "")
    trained = dict.get(held, "train_args") or module.state.get("args")
    return Checkpoint(
        module.source.name,
        module.state["yaml"],
        module.state.get("names"),
        trained if isinstance(trained, dict) else {},
        entry,
    )


def rebuilt(path: Path, file: TorchFile, checkpoint: Checkpoint) -> Rebuilt:
    """The network that the checkpoint describes, with its weights in float32.

    Raises:
        ModelError: `missing-code`, Ultralytics is not installed; `missing-architecture`, its
            installed version builds another network; `unsafe-code`.
    """
    network = built(checkpoint.kind, checkpoint.description).float()
    tensors = {
        name: tensor.float() if tensor.is_floating_point() else tensor
        for name, tensor in rescued_tensors(path, file).items()
    }
    wanted = {name: tuple(one.shape) for name, one in network.state_dict().items()}
    wrong = [
        n
        for n in {*wanted, *tensors}
        if wanted.get(n) != tuple(getattr(tensors.get(n), "shape", ()))
    ]
    wrong = [n for n in wrong if n in tensors or not n.endswith("num_batches_tracked")]
    if wrong:
        raise ModelError(
            f"The installed Ultralytics builds another network than the file holds: "
            f"{len(wrong)} of {len(tensors)} tensors do not agree, the first is {min(wrong)}.",
            "Install the version that the file was written with.",
            code="missing-architecture",
        )
    refuse_imaginary(tensors, network)
    network.load_state_dict(tensors, strict=False)
    make_plain(network)
    kept: Any = network.yaml
    channels = int(kept.get("channels", 3))
    names = labels_in({"names": checkpoint.names})
    return Rebuilt(
        network,
        input_of(checkpoint.kind, channels, checkpoint.trained),
        names,
        _findings(checkpoint),
    )


def _findings(checkpoint: Checkpoint) -> tuple[Finding, ...]:
    found = []
    if checkpoint.entry:
        told = f"The model was taken from the entry {checkpoint.entry!r}."
        found.append(Finding("checkpoint-entry", "info", told))
    return tuple(found)
