"""What opening a Keras file would run: judged before Keras sees the file, beside its safe mode."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.models.keras.objects import KerasObject, own_module

BYTECODE = {
    "Lambda": "a Python function stored as bytecode",
    "__lambda__": "a Python function stored as bytecode",
    "TorchModuleWrapper": "a pickled torch module",
    "JaxLayer": "a stored JAX program",
    "FlaxLayer": "a stored JAX program",
}
FOREIGN = {"TFSMLayer": "loads a second model from a path", "__typespec__": "builds any class"}
PARTS = frozenset(
    [
        "activations",
        "constraints",
        "dtype_policies",
        "initializers",
        "layers",
        "losses",
        "metrics",
        "models",
        "ops",
        "optimizers",
        "quantizers",
        "random",
        "regularizers",
        "src",
    ]
)


def refuse_dangerous(found: Iterable[KerasObject]) -> None:
    """Refuse what no model needs, with trust or without.

    Raises:
        ModelError: `unsafe-code`.
    """
    for item in found:
        if what := _danger(item):
            raise ModelError(
                f"The model's configuration {what}, which no model needs.",
                "Do not use this file; ask for the weights instead.",
                code="unsafe-code",
                names=[item.path],
            )


def needing_trust(found: Iterable[KerasObject]) -> tuple[KerasObject, ...]:
    """The objects whose code is in the file itself."""
    return tuple(item for item in found if item.kind in BYTECODE)


def custom(found: Iterable[KerasObject]) -> tuple[KerasObject, ...]:
    """The objects whose code is neither Keras' own nor in the file, each once."""
    unique = {item.path: item for item in found if item.custom and item.kind not in BYTECODE}
    return tuple(unique.values())


def code_findings(found: tuple[KerasObject, ...]) -> tuple[Finding, ...]:
    """What would be run or is missing, as findings."""
    findings = []
    if stored := needing_trust(found):
        error = trust_error(stored)
        findings.append(Finding(error.code, "error", error.message, error.hint))
    if missing := custom(found):
        error = missing_error(missing, ())
        findings.append(Finding(error.code, "error", error.message, error.hint))
    return tuple(findings)


def trust_error(stored: Iterable[KerasObject]) -> ModelError:
    """The error for a file that brings its own code."""
    parts = {f"{item.name or item.kind} ({BYTECODE[item.kind]})": None for item in stored}
    return ModelError(
        f"Loading would run code that the file brings: {', '.join(parts)}.",
        "If you trust where the file comes from, load it with trust. Better: put the function "
        "into a layer class of its own, save again, and give its Python file.",
        code="needs-trust",
        names=list(parts),
    )


def missing_error(missing: Iterable[KerasObject], given: Iterable[Path]) -> ModelError:
    """The error for classes and functions that are not Keras' own."""
    names = [item.path for item in missing]
    files = ", ".join(path.name for path in given)
    return ModelError(
        f"The model needs code that is not part of Keras: {', '.join(names)}"
        + (f" (given: {files})." if files else "."),
        "Give the Python file that defines it, and load it with trust.",
        code="missing-code",
        missing=names,
    )


def _danger(item: KerasObject) -> str:
    if item.kind in FOREIGN:
        return f"holds {item.kind}, which {FOREIGN[item.kind]}"
    module = item.module or ""
    if own_module(module) and module not in ("keras", "builtins"):
        part = module.split(".")[1]
        if part not in PARTS:
            return f"calls {item.path}"
    return ""
