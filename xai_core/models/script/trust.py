"""What a user is told of a script that can do more than compute."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.models.formats.base import Inspection
from xai_core.models.script.code_check import foreign, words
from xai_core.models.script.declared import Declared, declared
from xai_core.models.script.lexer import StrangeCodeError
from xai_core.models.script.objects import Objects
from xai_core.models.script.typed import misfit
from xai_core.models.vision_libraries import make_importable

HINT = "If you trust where the file comes from, load it with trust."
VISION = b"ops.torchvision."
SCRIPT = "torchscript"
UNGUARDED = Finding(
    "needs-trust",
    "error",
    "TorchScript runs in torch's own interpreter, and this machine does not guard its process.",
    "If you trust where the file comes from, load it with trust; or open it on a guarded machine.",
)
NAME = re.compile(r"[A-Za-z0-9_.]{1,200}")


def beyond_computing(code: Mapping[str, bytes], objects: Mapping[str, Objects]) -> Finding | None:
    """`unsafe-code` where the model's code or objects do more than compute; else None."""
    try:
        classes = declared(code)
        found = foreign(code, {name for name, one in classes.items() if one.base == "Enum"})
    except StrangeCodeError as cause:
        return _finding(f"The model's code was not written by torch: {cause}.")
    if found is not None:
        return _finding(
            f"The model's code has `{found.call}` in {found.file}, line {found.line}: it may read "
            "or write files or memory, and only what computes is run without trust."
        )
    names = [name for one in objects.values() for name in one.foreign]
    if not names and "constants" in objects and objects["constants"].own:
        names = ["an object of its own among its constants"]
    if names:
        shown = f"`{names[0]}`" if NAME.fullmatch(names[0]) else "an object of a strange name"
        return _finding(f"The model holds {shown}, which is more than tensors and numbers.")
    return _misfit(classes, objects)


def _misfit(classes: Mapping[str, Declared], objects: Mapping[str, Objects]) -> Finding | None:
    found = misfit(objects["data"].root, classes) if "data" in objects else None
    if found is None:
        return None
    shown = f"`{found}`" if NAME.fullmatch(found) else "an attribute"
    return _finding(f"In the file {shown} is not of the type that the code declares.")


def told_unguarded(inspection: Inspection) -> Inspection:
    """What is told of a file where nothing guards the process: a script needs trust then."""
    if inspection.format != SCRIPT or inspection.needs_trust:
        return inspection
    return replace(inspection, needs_trust=True, findings=(UNGUARDED, *inspection.findings))


def refuse_unguarded_script(model_format: str) -> None:
    """Nothing, unless a file of that format is a script.

    Raises:
        ModelError: `needs-trust`.
    """
    if model_format == SCRIPT:
        raise ModelError(UNGUARDED.message, UNGUARDED.hint, code=UNGUARDED.code, format=SCRIPT)


def check_words(code: Mapping[str, bytes]) -> None:
    """Nothing, if no word of the code is an operator of this torch that is not on the list.

    Raises:
        ModelError: `unsafe-code`.
    """
    import torch

    from xai_core.models.operators.calls import computes

    for word in sorted(words(code)):
        known = torch._C._jit_get_schemas_for_operator(f"aten::{word}")
        if known and not computes("aten", word):
            raise refused(f"aten::{word}")


def refused(operator: str) -> ModelError:
    """The error for an operator that is not on the list."""
    found = _finding(
        f"The model calls `{operator}`, which is not among the operators that only compute."
    )
    return ModelError(found.message, found.hint, code=found.code)


def import_operators(code: Mapping[str, bytes]) -> None:
    """Make torchvision's operators known where the code calls them."""
    if any(VISION in text for text in code.values()):
        with suppress(ImportError, RuntimeError):
            make_importable()
            importlib.import_module("torchvision")


def _finding(message: str) -> Finding:
    return Finding("unsafe-code", "error", message, HINT)
