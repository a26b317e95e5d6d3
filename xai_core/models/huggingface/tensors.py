"""The tensors of a model, out of one file or of the pieces that an index lists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.models.peek.hub_files import INDEX
from xai_core.models.peek.safetensors import safetensors_header
from xai_core.models.pickles.full import refuse_dangerous
from xai_core.models.pickles.tensors import load_tensors
from xai_core.models.pickles.torch_file import kind_of, read_torch_file
from xai_core.models.pickles.trust import needs_trust

if TYPE_CHECKING:
    from torch import Tensor

MOST_PIECES = 1000


def read_weights(folder: Path, name: str) -> Any:
    """What the file of weights, or the pieces of its index, hold: a state dict or a checkpoint.

    Raises:
        ModelError: `missing-weights`, a piece is not there; `corrupt-file`; `needs-trust`, a
            pickle that is more than tensors.
    """
    if not name.endswith(INDEX):
        return read_one(folder / name)
    found: dict[str, Tensor] = {}
    for piece in _pieces(folder / name):
        held = read_one(folder / piece)
        found.update(held if isinstance(held, Mapping) else {})
    return found


def read_one(path: Path) -> Any:
    """The tensors in one file, and nothing else of it. Raises `ModelError` as above."""
    if safetensors_header(path) is not None:
        from safetensors.torch import load_file

        return load_file(path)
    if kind_of(path) is None:
        raise ModelError(
            f"{path.name} is no file of tensors, neither safetensors nor PyTorch's.",
            "Copy or download it again. A Git LFS pointer becomes a file by `git lfs pull`.",
            code="corrupt-file",
        )
    file = read_torch_file(path)
    refuse_dangerous(file.contents.names)
    if file.kind != "weights" or file.contents.protocol != 2:
        raise needs_trust(file, file.names, ())
    return load_tensors(path, file)


def _pieces(index: Path) -> tuple[str, ...]:
    """The files that an index lists, each once. Raises `ModelError`."""
    try:
        listed = json.loads(index.read_bytes())["weight_map"].values()
        names = tuple(dict.fromkeys(str(name) for name in listed))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as cause:
        raise ModelError(
            f"{index.name} lists no files of tensors: {cause}",
            "Save the model again with save_pretrained.",
            code="corrupt-file",
        ) from cause
    outside = [name for name in names if Path(name).name != name]
    if outside or len(names) > MOST_PIECES:
        raise ModelError(
            f"{index.name} leads out of its folder: {outside[:1] or len(names)}.",
            "Do not use this file.",
            code="unsafe-code",
        )
    lost = [name for name in names if not (index.parent / name).is_file()]
    if lost:
        raise ModelError(
            f"The weights lie in {len(names)} files, and {len(lost)} of them are not here: "
            f"{', '.join(lost[:3])}.",
            "Give the whole folder.",
            code="missing-weights",
        )
    return names
