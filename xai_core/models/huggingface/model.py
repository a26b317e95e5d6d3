"""A Hugging Face model out of its files: the network, its input form, names and findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_core.base.finding import Finding
from xai_core.base.input_spec import InputSpec
from xai_core.models.huggingface.building import Filled, configuration
from xai_core.models.huggingface.choice import complete, is_head
from xai_core.models.huggingface.embedding import embedding_of
from xai_core.models.huggingface.library import (
    family_of_class,
    processor_defaults,
    transformers,
)
from xai_core.models.huggingface.picture_form import PictureForm, Size, picture_form, size_of
from xai_core.models.peek.hub_files import HubFiles
from xai_core.targets.labels import Labels, labels_in

if TYPE_CHECKING:
    from torch import Tensor, nn

UNNAMED = "LABEL_"  # the library's stand-ins for names
CONFIG = "config.json"


@dataclass(frozen=True)
class HubModel:
    """What comes of the files."""

    network: nn.Module
    spec: InputSpec
    loaded_by: str
    labels: Labels | None
    findings: tuple[Finding, ...]


def library_model(
    files: HubFiles,
    tensors: Mapping[str, Tensor],
    named: str = "",
    wanted: InputSpec | None = None,
    whole_output: bool = False,
) -> HubModel:
    """The network of transformers that the files describe.

    Args:
        named: the class that the user asks for. wanted: the input form that the user gave.
        whole_output: of a body: all of its output, not its embedding only.

    Raises:
        ModelError: as `complete` and `configuration`; `missing-code` without the library.
    """
    library = transformers()
    family = files.family or family_of_class(files.class_name)
    config = configuration(files.config, family)
    filled = complete(config, named or files.class_name, tensors)
    network = filled.network.eval()
    spec, told = _spec(network, files) if wanted is None else (wanted, ())
    name, head = type(network).__name__, is_head(type(network))
    labels = _labels(files.config) if head else None
    findings = [*told, *_left_out(filled), *_named(labels), *_precision(tensors)]
    if not head and not whole_output:
        findings += _embedding(network, name, spec)
    return HubModel(
        network,
        spec,
        f"{name} of transformers {library.__version__}, filled with the file's tensors",
        labels,
        tuple(findings),
    )


def _spec(network: nn.Module, files: HubFiles) -> tuple[InputSpec, tuple[Finding, ...]]:
    """The input form by the files, else the library's usual one; at a size that runs."""
    config = network.config.to_dict()  # type: ignore[operator, union-attr]
    given = files.processor or processor_defaults(files.family)
    form = picture_form(config, given)
    told = "preprocessor_config.json"
    if not files.processor:
        told = ""
        form = picture_form(config, given, size_of(config))
    elif not _fits(network, form.spec, own := size_of(config)):
        form = picture_form(config, given, own)
    return form.spec, (_form_finding(form, told),)


def _fits(network: nn.Module, spec: InputSpec, own: Size | None) -> bool:
    """The network takes this form; tried only where its configuration names another size."""
    import torch

    if own is None or own == (spec.height, spec.width):
        return True
    try:
        with torch.no_grad():
            network(torch.zeros(1, *spec.shape))
    except (RuntimeError, ValueError, TypeError, AssertionError):
        return False
    return True


def _form_finding(form: PictureForm, source: str) -> Finding:
    size = f"{form.spec.height} × {form.spec.width}"
    notes = "".join(f" {note}" for note in form.notes)
    if source:
        message = f"The input form ({size}, mean, deviation) comes from {source}.{notes}"
        return Finding("input-declared", "info", message)
    return Finding(
        "input-form-assumed",
        "info",
        f"The input form ({size}, mean, deviation) is the library's usual one for this family: "
        f"there is no preprocessor_config.json.{notes}",
        "Give that file with the model, or set the input form by hand.",
    )


def _left_out(filled: Filled) -> list[Finding]:
    if not filled.unexpected:
        return []
    first = ", ".join(filled.unexpected[:3])
    message = (
        f"{len(filled.unexpected)} tensors of the file have no place in "
        f"{type(filled.network).__name__} and were left out: {first}."
    )
    return [Finding("weights-left-out", "warning", message)]


def _labels(config: Mapping[str, Any]) -> Labels | None:
    found = labels_in({"id2label": config.get("id2label")})
    if found is None or all(name.startswith(UNNAMED) for name in found):
        return None
    return found


def _named(labels: Labels | None) -> list[Finding]:
    if labels is None:
        return []
    message = f"The {len(labels)} class names come from id2label in {CONFIG}."
    return [Finding("classes-read", "info", message)]


def _precision(tensors: Mapping[str, Tensor]) -> list[Finding]:
    import torch

    floats = {one.dtype for one in tensors.values() if one.is_floating_point()}
    if floats <= {torch.float32}:
        return []
    message = "The file's numbers are not float32; the model was converted to float32."
    return [Finding("precision-changed", "info", message)]


def _embedding(network: nn.Module, name: str, spec: InputSpec) -> list[Finding]:
    """Narrow the output of a body to its embedding."""
    import torch

    taken = embedding_of(network)
    with torch.no_grad():
        found = taken.of(network(torch.zeros(1, *spec.shape)))
    if found is None:
        return []
    network.register_forward_hook(taken)
    return [
        Finding(
            "features-only",
            "warning",
            f"{name} has no head: what is explained is an embedding of {found[1].shape[1]} "
            f"numbers, {found[0]}. Its numbers are no classes.",
            "Explain its similarity to another picture (`--target similarity --target-set "
            "reference=FILE`).",
        )
    ]
