"""An exported program, the `.pt2` file of `torch.export.save`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.base.loaded_model import LoadedModel
from xai_core.base.storage.zips import zip_names
from xai_core.models import export_hint
from xai_core.models.conversion.proven_layers import Converters, hidden_layers, with_layers
from xai_core.models.exported.opening import HOW, TRUSTED, opened, unread
from xai_core.models.fixed_inputs import fix_positions
from xai_core.models.formats.base import FORMATS, Format, Inspection, LoadOptions
from xai_core.models.other_inputs import OtherInput, check_names
from xai_core.models.peek.digest import digest
from xai_core.pictures.preprocessing import InputSpec

if TYPE_CHECKING:
    from torch import nn
    from torch.export import ExportedProgram

Forms = dict[str, tuple[list[int | None], str]]
TITLE = "An exported program"
COMPILED = Finding(
    "inference-format",
    "error",
    "This package holds a compiled program (AOTInductor): it predicts, but has no gradients.",
    "Save the exported program itself with torch.export.save.",
)


@FORMATS.register
class TorchExport(Format):
    """Its graph is read and checked here; as torch loads it, which can run code, after trust."""

    name = "torch-export"
    title = "PyTorch exported program"
    order = 30
    fixes_inputs = True
    better = export_hint.SCRIPT

    def recognise(self, path: Path) -> bool:
        """As the contract says."""
        names = zip_names(path) or ()
        newer = any(name.endswith("/archive_format") for name in names)
        held = any(f"/{part}/" in name for name in names for part in ("models", "aotinductor"))
        return (newer and held) or "serialized_exported_program.json" in names

    def inspect(self, path: Path) -> Inspection:
        """As the contract says."""
        size = digest(path)
        names = zip_names(path) or ()
        weights = [name for name in names if "/data/weights/weight_" in name]
        finding = COMPILED if _compiled(path) else unread(path)
        return Inspection(
            format=self.name,
            size=size.size,
            sha256=size.sha256,
            facts={"Tensors": str(len(weights))} if weights else {},
            needs_trust=finding is not None and finding is not COMPILED,
            findings=(*([finding] if finding else []), hidden_layers(TITLE)),
        )

    def load(self, path: Path, inspection: Inspection, options: LoadOptions) -> LoadedModel:
        """As the contract says; what the reader of graphs does not know only after trust."""
        from xai_core.models.conversion.fitting import spec_of
        from xai_core.models.hidden_model import hidden_model
        from xai_core.models.precision import to_float32

        if _compiled(path):
            raise ModelError(COMPILED.message, COMPILED.hint, code=COMPILED.code)
        program = opened(path, options.trust)
        module = program.module()
        precision = to_float32(module)
        names, others = _inputs(program), options.other_inputs
        place = _picture(names, others)
        wanted = options.input_spec.shape if options.input_spec else _shape(program, place)
        spec = options.input_spec or spec_of(wanted)
        forms = _forms(program, names)
        fix_positions(module, names, others, spec, forms)
        how = TRUSTED if options.trust else HOW
        findings = (*([precision] if precision else []), *_baked_in(program, place))
        hidden, shape = hidden_model(path, inspection, options, module, wanted, how, findings)
        return with_layers(hidden, TITLE, _converters(program, names, others, spec, forms), shape)


def _converters(
    program: ExportedProgram,
    names: list[str],
    others: Sequence[OtherInput],
    spec: InputSpec,
    forms: Forms,
) -> Converters:
    import torch

    from xai_core.models.conversion.unflattened import flat, unflattened

    def fixed(module: nn.Module) -> nn.Module:
        fix_positions(module, names, others, spec, forms)
        return module.float()

    version = torch.__version__.partition("+")[0]
    return {
        f"unflatten of torch {version}": lambda _: fixed(unflattened(program)),
        f"interpreter of torch {version}": lambda _: fixed(flat(program)),
    }


def _inputs(program: ExportedProgram) -> list[str]:
    """Names of what it takes, in order; of a nested input there is one for each tensor."""
    return [name for name in program.graph_signature.user_inputs if isinstance(name, str)]


def _picture(names: list[str], others: Sequence[OtherInput]) -> int:
    return names.index(check_names(names, others)) if len(names) > 1 or others else 0


def _sizes(program: ExportedProgram, place: int) -> list[Any]:
    """Of one input: numbers where they are fixed; empty where it is no tensor."""
    name = next(iter(_inputs(program)[place:]), None)
    node = next((node for node in program.graph.nodes if node.name == name), None)
    return list(getattr(node.meta.get("val"), "shape", ())) if node is not None else []


def _forms(program: ExportedProgram, names: list[str]) -> Forms:
    """Sizes, None where they are open, and number types of what it takes."""
    nodes = {node.name: node.meta.get("val") for node in program.graph.nodes}
    found = {}
    for name in names:
        value: Any = nodes.get(name)
        if hasattr(value, "shape"):
            sizes = [size if isinstance(size, int) else None for size in value.shape]
            found[name] = (sizes, str(value.dtype).removeprefix("torch."))
    return found


def _shape(program: ExportedProgram, place: int) -> tuple[int, int, int] | None:
    """`(C, H, W)` that it was exported with; None where that is not told."""
    examples = (program.example_inputs or ((), {}))[0]
    example = list(getattr(examples[place], "shape", ())) if len(examples) > place else []
    sizes = [_seen(size) for size in example or _sizes(program, place)]
    if len(sizes) != 4 or not all(isinstance(size, int) for size in sizes):
        return None
    return (sizes[1], sizes[2], sizes[3])


def _seen(size: Any) -> Any:
    """A size that is not fixed: the one that it was exported with."""
    return size if isinstance(size, int) else size.node.hint


def _baked_in(program: ExportedProgram, place: int) -> tuple[Finding, ...]:
    sizes = _sizes(program, place)
    if len(sizes) != 4 or not isinstance(sizes[0], int):
        return ()
    return (
        Finding(
            "baked-in",
            "info",
            f"It was exported for inputs of {' × '.join(map(str, sizes))} (batch × channels × "
            "height × width) only; methods feed it one by one.",
            "Export it with dynamic_shapes for a batch of any size: methods are faster then.",
        ),
    )


def _compiled(path: Path) -> bool:
    names = zip_names(path) or ()
    graphs = any("/models/" in name and name.endswith(".json") for name in names)
    return not graphs and any("/aotinductor/" in name for name in names)
