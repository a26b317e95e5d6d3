"""A whole `nn.Module`, saved by `torch.save(model, path)`, or a checkpoint that holds one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.base.loaded_model import LoadedModel
from xai_core.models import export_hint
from xai_core.models.detection.detectors import detector_input, make_ready
from xai_core.models.embedded_labels import of_checkpoint, of_module
from xai_core.models.fixed_inputs import fix_inputs
from xai_core.models.formats.base import FORMATS, Format, Inspection, LoadOptions
from xai_core.models.guessed_input import input_of
from xai_core.models.held_module import module_in
from xai_core.models.peek.digest import digest
from xai_core.models.pickles.allowed import ALLOWED
from xai_core.models.pickles.full import load_full, refuse_dangerous
from xai_core.models.pickles.rescue import rescued_tensors
from xai_core.models.pickles.restored.guarded import load_guarded
from xai_core.models.pickles.torch_file import (
    TorchFile,
    find_module,
    kind_of,
    read_torch_file,
)
from xai_core.models.pickles.trust import code_findings, needs_trust, unknown_names
from xai_core.models.quantised import quantised_module
from xai_core.models.yolo.checkpoint import LOADED_BY, Checkpoint, checkpoint_of, rebuilt

LOADED_GUARDED = "guarded: rebuilt from the file's data, and no code of the file was run"


@FORMATS.register
class TorchEager(Format):
    """Loads without running code where every class is on the list, else only after trust."""

    name = "torch-eager"
    title = "PyTorch module"
    order = 20
    fixes_inputs = True
    better = export_hint.MODULE

    def recognise(self, path: Path) -> bool:
        """As the contract says; a torch file that is broken counts as one of these."""
        return kind_of(path) == "module"

    def inspect(self, path: Path) -> Inspection:
        """As the contract says."""
        file = read_torch_file(path)
        rebuilds = checkpoint_of(file) is not None  # nothing that it names is imported
        unknown = () if rebuilds else unknown_names(file, ALLOWED)
        size = digest(path)
        module = find_module(file.contents.root)
        facts = {
            "Class": module.source.path if module is not None else "none found",
            "Layers": str(len(file.contents.modules)),
            "Tensors": str(file.contents.tensors),
            "Layout": "torch.save" if file.layout == "zip" else "torch.save before 1.6",
        }
        return Inspection(
            format=self.name,
            size=size.size,
            sha256=size.sha256,
            facts=facts,
            needs_trust=bool(unknown) or not guarded_can_read(file),
            missing=tuple(name.path for name in unknown if not name.installed),
            findings=code_findings(file, unknown, guarded_can_read(file)),
        )

    def load(self, path: Path, inspection: Inspection, options: LoadOptions) -> LoadedModel:
        """As the contract says; the full unpickle is used only where the guarded one cannot.

        Where its class is missing, its weights go into a network that the user names. Networks of
        Ultralytics are built anew.
        """
        if (checkpoint := checkpoint_of(read_torch_file(path))) is not None:
            return _rebuilt(path, inspection, options, checkpoint)
        try:
            found, loaded_by, dropped = _read(path, options)
        except ModelError as error:
            named = options.architecture or (options.code and options.trust)
            if error.code != "missing-code" or not named:
                raise
            return _rescued(path, inspection, options, error)
        held = module_in(found, options.weights)
        module = held.module
        make_ready(module)
        spec, declared = input_of(module, found)
        spec = options.input_spec or detector_input(module) or spec
        declared = () if options.input_spec else declared
        findings = (*dropped, *held.findings, *declared, *quantised_module(module))
        fix_inputs(module, options.other_inputs, spec)
        return LoadedModel(
            path=path,
            format=self.name,
            sha256=inspection.sha256,
            size=inspection.size,
            module=module,
            input_spec=spec,
            loaded_by=loaded_by,
            labels=of_checkpoint(found) or of_module(module),
            findings=findings,
            weights=held.alternatives,
        )


def _read(path: Path, options: LoadOptions) -> tuple[Any, str, tuple[Finding, ...]]:
    file = read_torch_file(path)
    refuse_dangerous(file.contents.names)
    unknown = unknown_names(file, ALLOWED)
    if unknown or not guarded_can_read(file):
        if not options.trust:
            raise needs_trust(file, unknown, options.code)
        found = load_full(path, options.code, file.names)
        return found, "torch.load, full unpickle: code that the file names was run", ()
    restored = load_guarded(path, file)
    return restored.root, LOADED_GUARDED, restored.findings


def _rebuilt(
    path: Path, inspection: Inspection, options: LoadOptions, checkpoint: Checkpoint
) -> LoadedModel:
    file = read_torch_file(path)
    refuse_dangerous(file.contents.names)
    found = rebuilt(path, file, checkpoint)
    return LoadedModel(
        path=path,
        format=inspection.format,
        sha256=inspection.sha256,
        size=inspection.size,
        module=found.module,
        input_spec=options.input_spec or found.input_spec,
        loaded_by=LOADED_BY,
        labels=found.labels,
        findings=found.findings,
    )


def _rescued(
    path: Path, inspection: Inspection, options: LoadOptions, missing: ModelError
) -> LoadedModel:
    from xai_core.models.formats.torch_weights import put_into_network

    file = read_torch_file(path)
    tensors = rescued_tensors(path, file)
    try:
        model = put_into_network(path, inspection, options, tensors)
    except ModelError as error:
        if error.code == "missing-architecture" and not options.architecture:
            raise missing from error  # the code was given for the class, not to build a network
        raise
    message = f"{missing.message} Its {len(tensors)} tensors were put into another network."
    hint = "See that this network computes what the original did: only tensors were compared."
    rescued = Finding("weights-rescued", "warning", message, hint)
    return replace(model, findings=(rescued, *model.findings))


def guarded_can_read(file: TorchFile) -> bool:
    """torch's restricted unpickler knows protocol 2 and, for modules, the zip layout only."""
    return file.layout == "zip" and file.contents.protocol == 2
