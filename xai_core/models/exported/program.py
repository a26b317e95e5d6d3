"""An exported program built from its checked JSON: torch's own classes, none of its loading."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import first_line
from xai_core.models.exported.archive import Exported, read_exported
from xai_core.models.exported.graph import layers, operators
from xai_core.models.exported.parts import UnknownPartError, unknown
from xai_core.models.exported.symbols import symbol_reader
from xai_core.models.exported.tensors import read_tensors
from xai_core.models.vision_libraries import make_importable

if TYPE_CHECKING:
    from torch.export import ExportedProgram


def read_program(path: Path) -> ExportedProgram:
    """The program, of operators that only compute; nothing of the file was evaluated.

    Raises:
        UnknownPartError: `needs-trust`: something in it is not known here.
        ModelError: `corrupt-file` or `unsafe-code`.
    """
    found = read_exported(path)
    if any("torchvision" in name for name in operators(found.document["graph_module"]["graph"])):
        import_vision()
    _check_names(found)
    weights = read_tensors(found.archive, found.weights)
    constants = read_tensors(found.archive, found.constants)
    try:
        return _built(found, weights, constants)
    except UnknownPartError:
        raise
    except Exception as cause:  # torch's classes refuse what does not fit in many ways
        why = f"torch's classes do not take it ({type(cause).__name__}: {_last(cause)})"
        raise UnknownPartError(why) from cause


def import_vision() -> None:
    """Make torchvision's operators known.

    Raises:
        UnknownPartError: torchvision is not here.
    """
    import importlib

    try:
        make_importable()
        importlib.import_module("torchvision")
    except (ImportError, RuntimeError) as cause:
        raise unknown("operators of torchvision, which is not installed") from cause


def _check_names(found: Exported) -> None:
    """No layer or tensor is called as something that torch's own modules have.

    No honest module's is; and torch walks from name to name, to put a tensor in its place.
    """
    from torch import fx, nn

    module = found.document["graph_module"]
    specs = [*module["signature"]["input_specs"], *module["signature"]["output_specs"]]
    paths = [*found.weights, *found.constants, *layers(module["graph"])]
    paths += [call["fqn"] for call in module["module_call_graph"]]
    paths += [path for spec in specs for path in _targets(spec)]
    own = {*dir(fx.GraphModule(nn.Module(), fx.Graph()))}
    taken = own & {part for path in paths for part in path.split(".")}
    if taken:
        raise unknown("a layer or tensor with a name of torch's own:", min(taken))


def _targets(spec: dict[str, Any]) -> list[str]:
    (inner,) = spec.values()
    return [text for key, text in inner.items() if key.endswith("_name")]


def _built(found: Exported, weights: dict[str, Any], constants: dict[str, Any]) -> ExportedProgram:
    from torch import export
    from torch._export.serde import schema, serialize
    from torch._export.verifier import load_verifier

    document = found.document
    build: Any = serialize._dict_to_dataclass
    module = build(schema.GraphModule, document["graph_module"])
    reader = serialize.GraphModuleDeserializer()
    reader._parse_sym_expr = symbol_reader(reader)  # type: ignore[method-assign]
    ranges = {name: _limits(limits) for name, limits in document["range_constraints"].items()}
    read = reader.deserialize(module, weights, constants, None, ranges)
    symbols = read.names_to_symbols
    return export.ExportedProgram(
        root=read.graph_module,
        graph=read.graph_module.graph,
        graph_signature=read.signature,
        state_dict=weights,
        range_constraints={symbols[name]: ranges[name] for name in ranges if name in symbols},
        module_call_graph=read.module_call_graph,
        example_inputs=None,
        constants=constants,
        verifiers=[load_verifier(name) for name in document["verifiers"]],
    )


def _limits(limits: dict[str, int | None]) -> Any:
    from torch.utils._sympy.numbers import int_oo
    from torch.utils._sympy.value_ranges import ValueRanges

    low, high = limits["min_val"], limits["max_val"]
    return ValueRanges(-int_oo if low is None else low, int_oo if high is None else high)


def _last(cause: Exception) -> str:
    """What torch says last; it puts a whole traceback before it."""
    lines = [line for line in str(cause).splitlines() if line.strip()]
    return first_line(ValueError(lines[-1].strip())) if lines else "no reason given"
