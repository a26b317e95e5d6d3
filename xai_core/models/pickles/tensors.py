"""The tensors of a checkpoint, without its code: objects of other classes become husks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xai_core.models.pickles.restored.refused import said
from xai_core.models.pickles.restored.storages import opened
from xai_core.models.pickles.restored.values import Values
from xai_core.models.pickles.torch_file import TorchFile


def load_tensors(path: Path, file: TorchFile) -> Any:
    """The tensors and plain containers of a checkpoint; objects of other classes become husks.

    Nothing that the file names is imported, and no hook or attribute of a tensor is kept. The
    object of a class (a callback, a configuration) becomes an empty one with its plain attributes.

    Raises:
        ModelError: `corrupt-file`; `unsupported-tensor` or `quantised-model`, a tensor that no
            layer computes with; `unsafe-code`, values that are no data.
    """
    with said(), opened(path, file) as storages:
        return Values(storages).of(file.contents.root)
