"""Weights without a model: state dicts, checkpoints that hold one, safetensors."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.base.loaded_model import LoadedModel
from xai_core.models import export_hint
from xai_core.models.assumed_labels import assumed
from xai_core.models.detection.detectors import make_ready
from xai_core.models.embedded_labels import of_checkpoint
from xai_core.models.fixed_inputs import fix_inputs
from xai_core.models.formats.base import FORMATS, Format, Inspection, LoadOptions
from xai_core.models.guessed_input import input_of
from xai_core.models.peek.digest import digest
from xai_core.models.peek.safetensors import safetensors_header
from xai_core.models.pickles.full import load_full, refuse_dangerous
from xai_core.models.pickles.odd_tensors import refuse_imaginary
from xai_core.models.pickles.skeleton import walk
from xai_core.models.pickles.tensors import load_tensors
from xai_core.models.pickles.torch_file import kind_of, read_torch_file
from xai_core.models.pickles.trust import code_findings, needs_trust
from xai_core.models.quantised import refuse_quantised
from xai_core.models.rebuilt import family_builders
from xai_core.models.weights.averaged import choice_finding, chosen
from xai_core.models.weights.builder import Builder
from xai_core.models.weights.candidates import builders
from xai_core.models.weights.choice import choose
from xai_core.models.weights.state_dicts import COUNTER, Fit, looks_trained, state_dicts
from xai_core.targets.labels import Labels

if TYPE_CHECKING:
    from torch import Tensor, nn


@FORMATS.register
class TorchWeights(Format):
    """Loaded strictly: every tensor must have its place, and every place its tensor."""

    name = "torch-weights"
    title = "PyTorch weights"
    order = 10
    fixes_inputs = True
    better = export_hint.WEIGHTS

    def recognise(self, path: Path) -> bool:
        """As the contract says."""
        return safetensors_header(path) is not None or kind_of(path) == "weights"

    def inspect(self, path: Path) -> Inspection:
        """As the contract says."""
        size = digest(path)
        header = safetensors_header(path)
        if header is not None:
            facts = {"Tensors": str(len(header.keys() - {"__metadata__"})), "Layout": "safetensors"}
            return Inspection(self.name, size.size, size.sha256, facts)
        file = read_torch_file(path)
        readable = file.contents.protocol == 2
        return Inspection(
            format=self.name,
            size=size.size,
            sha256=size.sha256,
            facts={
                "Tensors": str(file.contents.tensors),
                "Layout": "torch.save" if file.layout == "zip" else "torch.save before 1.6",
            },
            needs_trust=not readable,
            findings=code_findings(file, (), readable),
        )

    def load(self, path: Path, inspection: Inspection, options: LoadOptions) -> LoadedModel:
        """As the contract says."""
        return put_into_network(path, inspection, options, _read(path, options))


def put_into_network(
    path: Path, inspection: Inspection, options: LoadOptions, checkpoint: Any
) -> LoadedModel:
    """The state dict in a checkpoint, in the network that the user names or that it fits.

    Raises:
        ModelError: it holds no state dict (`unknown-format`), or fits no network
            (`missing-architecture`).
    """
    states = state_dicts(checkpoint)
    if not states:
        raise ModelError(
            "Tensors by name (a state_dict) were expected; the file holds none.",
            "Save the weights with torch.save(model.state_dict(), path).",
            code="unknown-format",
        )
    refuse_quantised(state.tensors for state in states)
    choice = chosen(states, options.weights)
    states = list(choice.states)
    found = builders(states, options, _said(path), family_builders)
    builder, network, fit = _filled(*choose(states, found))
    known = builder.architecture
    spec, declared = input_of(network, checkpoint, known.input_spec if known else None)
    spec = options.input_spec or spec
    fix_inputs(network, options.other_inputs, spec)
    own = _own_labels(path, checkpoint)
    labels = own or _labels(builder, fit)
    guessed = bool(labels and not own and known and known.labels_assumed)
    return LoadedModel(
        path=path,
        format=inspection.format,
        sha256=inspection.sha256,
        size=inspection.size,
        module=network,
        input_spec=spec,
        loaded_by=f"weights put into {builder.title}, strictly",
        labels=labels,
        labels_assumed=guessed,
        findings=(
            *choice_finding(fit.state.entry, choice.alternatives, options.weights is not None),
            *builder.findings,
            *_findings(fit),
            *(() if options.input_spec else declared),
            *([assumed()] if guessed else []),
        ),
        weights=choice.alternatives,
    )


def _filled(builder: Builder, network: nn.Module, fit: Fit) -> tuple[Builder, nn.Module, Fit]:
    refuse_imaginary(fit.tensors(), network)
    network.load_state_dict(_complete(fit, network), strict=True)
    if builder.finish is not None:
        builder.finish(network)
    make_ready(network)
    return builder, network, fit


def _said(path: Path) -> frozenset[str]:
    """Every text in the file: training scripts keep the architecture's name among them."""
    header = safetensors_header(path)
    if header is not None:
        return frozenset(map(str, header.get("__metadata__", {}).values()))
    held = (item for item in walk(read_torch_file(path).contents.root) if isinstance(item, dict))
    return frozenset(x for item in held for x in dict.values(item) if isinstance(x, str))


def _read(path: Path, options: LoadOptions) -> Any:
    if safetensors_header(path) is not None:
        from safetensors.torch import load_file

        return load_file(path)
    file = read_torch_file(path)
    refuse_dangerous(file.contents.names)
    if file.contents.protocol == 2:
        return load_tensors(path, file)
    if not options.trust:
        raise needs_trust(file, (), options.code)
    return load_full(path, options.code, file.names)


def _complete(fit: Fit, network: nn.Module) -> Mapping[str, Tensor]:
    # Some networks ask for the version of the layout, which only torch.save keeps; a fit in names
    # and shapes is of today's. Counters that older versions did not save start anew.
    own: Any = network.state_dict()
    state = OrderedDict({name: tensor for name, tensor in own.items() if name.endswith(COUNTER)})
    state.update(fit.tensors())
    state._metadata = own._metadata  # type: ignore[attr-defined]
    return state


def _own_labels(path: Path, checkpoint: Any) -> Labels | None:
    header = safetensors_header(path)
    return of_checkpoint(checkpoint if header is None else header.get("__metadata__"))


def _labels(builder: Builder, fit: Fit) -> Labels | None:
    known = builder.architecture
    if known is None or (known.labels_assumed and not looks_trained(fit.tensors())):
        return None
    return known.labels(builder.num_classes)


def _findings(fit: Fit) -> list[Finding]:
    import torch

    findings = []
    if fit.state.entry or fit.prefix:
        entry = f"the entry {fit.state.entry!r}" if fit.state.entry else "the file"
        prefix = f", read without the prefix {fit.prefix!r}" if fit.prefix else ""
        findings.append(
            Finding("checkpoint-entry", "info", f"The weights were taken from {entry}{prefix}.")
        )
    if fit.left_out:
        message = (
            f"{len(fit.left_out)} tensors outside {fit.prefix!r} were left out, "
            f"the first is {fit.left_out[0]}."
        )
        findings.append(Finding("weights-left-out", "warning", message))
    tensors = fit.tensors().values()
    if any(t.is_floating_point() and t.dtype != torch.float32 for t in tensors):
        message = "The file's numbers are not float32; the model was converted to float32."
        findings.append(Finding("precision-changed", "info", message))
    return findings
