"""What `save_pretrained` writes: the folder, a zip of it, or its weights alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.base.loaded_model import LoadedModel
from xai_core.models import export_hint
from xai_core.models.fixed_inputs import fix_inputs
from xai_core.models.formats.base import FORMATS, Format, Inspection, LoadOptions
from xai_core.models.huggingface.alone import configured
from xai_core.models.huggingface.family import family_of, tensor_names
from xai_core.models.huggingface.library import INSTALL, NAME, installed, model_class, transformers
from xai_core.models.huggingface.model import HubModel, library_model
from xai_core.models.huggingface.opened import opened
from xai_core.models.huggingface.tensors import read_weights
from xai_core.models.huggingface.timm_folder import timm_model
from xai_core.models.peek.digest import digest
from xai_core.models.peek.hub_files import INDEX, HubFiles, hub_files
from xai_core.models.weights.state_dicts import state_dicts

if TYPE_CHECKING:
    from torch import Tensor


@FORMATS.register
class HuggingFace(Format):
    """Built by the library's own classes after `config.json`; no code of the file is run."""

    name = "huggingface"
    title = "Hugging Face model"
    order = 5
    fixes_inputs = True
    better = export_hint.WEIGHTS

    def recognise(self, path: Path) -> bool:
        """As the contract says; weights alone count where they are named as transformers does."""
        return _files(path) is not None

    def inspect(self, path: Path) -> Inspection:
        """As the contract says."""
        files, size = _known(path), digest(path)
        lacks = not files.timm_name and not installed()
        message = "The library transformers, which builds this model, is not installed."
        return Inspection(
            self.name,
            size.size,
            size.sha256,
            _facts(files),
            missing=(NAME,) if lacks else (),
            findings=(Finding("missing-code", "error", message, INSTALL),) if lacks else (),
        )

    def load(self, path: Path, inspection: Inspection, options: LoadOptions) -> LoadedModel:
        """As the contract says."""
        files = _known(path)
        if not files.weights:
            raise _without_weights(files)
        with opened(path, files) as folder:
            held = read_weights(folder, files.weights)
            if _is_others(files, options):
                from xai_core.models.formats.torch_weights import put_into_network

                place = folder / files.weights
                return replace(put_into_network(place, inspection, options, held), path=path)
        model = _model(files, _tensors(held), options)
        fix_inputs(model.network, options.other_inputs, model.spec)
        return LoadedModel(
            path=path,
            format=inspection.format,
            sha256=inspection.sha256,
            size=inspection.size,
            module=model.network,
            input_spec=model.spec,
            loaded_by=model.loaded_by,
            labels=model.labels,
            findings=model.findings,
        )


def _files(path: Path) -> HubFiles | None:
    found = hub_files(path)
    if path.is_dir() or (found is not None and path.name not in found.names):
        return found
    names = tensor_names(path)
    if found is not None and (names or path.name.endswith(INDEX)):
        return found
    return HubFiles("", (path.name,), path.name) if family_of(names) else None


def _known(path: Path) -> HubFiles:
    found = _files(path)
    if found is None:
        raise ModelError(
            "A model of Hugging Face's libraries was expected; there is none.",
            "Give the folder that save_pretrained wrote.",
            code="unknown-format",
        )
    return found


def _facts(files: HubFiles) -> dict[str, str]:
    facts = {
        "Class": files.class_name or files.timm_name,
        "Family": files.family,
        "Weights": files.weights or "none",
        "Written by": str(files.config.get("transformers_version") or ""),
    }
    if "auto_map" in files.config:
        facts["Own code"] = "named in config.json, and never run"
    return {heading: value for heading, value in facts.items() if value}


def _is_others(files: HubFiles, options: LoadOptions) -> bool:
    """The user's code or a named architecture builds it, or a configuration of another library."""
    if options.code:
        return True
    if options.architecture:
        return not (installed() and transformers() and model_class(options.architecture))
    return bool(files.config) and not files.known


def _model(files: HubFiles, tensors: Mapping[str, Tensor], options: LoadOptions) -> HubModel:
    if files.timm_name and not files.family:
        return timm_model(files, tensors, options.input_spec)
    findings: tuple[Finding, ...] = ()
    if not files.known:
        config, assumed = configured(tensors)
        files, findings = replace(files, config=config), (assumed,)
    named, whole = options.architecture or "", bool(options.output)
    model = library_model(files, tensors, named, options.input_spec, whole)
    return replace(model, findings=(*findings, *model.findings))


def _tensors(held: Any) -> Mapping[str, Tensor]:
    states = state_dicts(held)
    if not states:
        raise ModelError(
            "Tensors by name (a state_dict) were expected; the file holds none.",
            "Save the model with save_pretrained.",
            code="unknown-format",
        )
    return states[0].tensors


def _without_weights(files: HubFiles) -> ModelError:
    other = [name for name in files.names if name.endswith((".h5", ".msgpack", ".onnx"))]
    adapter = any(name.startswith("adapter_") for name in files.names)
    message = "config.json is there; its weights (model.safetensors, pytorch_model.bin) are not."
    hint = "Give the whole folder that save_pretrained wrote."
    if adapter:
        message = "The folder holds an adapter, not the weights of a model."
        hint = "Merge it first: model.merge_and_unload().save_pretrained(folder)."
    elif other:
        message = f"The folder holds {other[0]}, and no weights of PyTorch."
        hint = "Save the PyTorch model with save_pretrained; an ONNX file is opened by itself."
    return ModelError(message, hint, code="missing-weights")
