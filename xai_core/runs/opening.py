"""How a model was opened, as a name: what was opened otherwise may answer otherwise."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from xai_core.models.formats.base import LoadOptions


def opening_of(options: LoadOptions) -> str:
    """SHA-256 over all of `options` that changes what a file becomes, hexadecimal.

    Trust, the names and bytes of Python files, and the bytes of other inputs are in it. How long a
    proof may take is not, nor the preprocessing, which every result names by itself.
    """
    told = {
        "format": options.format,
        "trust": options.trust,
        "code": code_of(options.code),
        "architecture": options.architecture,
        "output": options.output,
        "weights": options.weights,
        "head_activation": options.head_activation,
        "other_inputs": [
            (str(one), None if one.file is None else _sha256(one.file))
            for one in options.other_inputs
        ],
        **({"member": options.member} if options.member else {}),  # others keep their name
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def code_of(files: Iterable[Path]) -> list[str]:
    """Names and SHA-256 of Python files, in order: two whose names are swapped are other code.

    An only one goes without its name, by which it is imported or not at all.
    """
    given = list(files)
    if len(given) == 1:
        return [_sha256(given[0])]
    return sorted(f"{file.name} {_sha256(file)}" for file in given)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
