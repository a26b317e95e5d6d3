"""Whole modules out of a pickle, without running code that the file chooses.

Nothing is unpickled: the contents are stand-ins, and what the list allows is made of them anew.
What is checked is therefore what is used. Module and attribute names are checked, because
`torch.fx` writes them into source code.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.models.pickles.globals import Global
from xai_core.models.pickles.restored.layers import Layers
from xai_core.models.pickles.restored.refused import said
from xai_core.models.pickles.restored.storages import opened
from xai_core.models.pickles.torch_file import TorchFile
from xai_core.models.vision_libraries import make_importable


@dataclass(frozen=True)
class Restored:
    """root: the object in the file. findings: what was left off."""

    root: Any
    findings: tuple[Finding, ...] = ()


def load_guarded(path: Path, file: TorchFile) -> Restored:
    """The object in the file; modules in it are real `nn.Module`s on the CPU, without hooks.

    Raises:
        ModelError: `unsafe-code`, the file asks for more than restoring a model;
            `unsupported-tensor`, `quantised-model`; `corrupt-file`; `missing-code`.
    """
    with said(), opened(path, file) as storages:
        layers = Layers(storages, real)
        root = layers.of(file.contents.root)
    return Restored(root, _told(layers.dropped))


def _told(dropped: list[str]) -> tuple[Finding, ...]:
    if not dropped:
        return ()
    places = list(dict.fromkeys(name[-80:] for name in dropped))
    more = f" and {len(places) - 3} more" if len(places) > 3 else ""
    return (
        Finding(
            "hooks-dropped",
            "warning",
            "The file puts functions or layers of its own beside what its layers are made of; "
            f"they were left off: {', '.join(f'`{name}`' for name in places[:3])}{more}.",
            "If the model's results depend on them, they differ here: save it without hooks.",
        ),
    )


def real(name: Global) -> Any:
    """The class or function of an allowed name.

    Raises:
        ModelError: `missing-code`, its library is not installed or has no such name.
    """
    if not name.module.startswith("torch."):
        make_importable()
    try:
        return getattr(importlib.import_module(name.module), name.name)
    except (ImportError, AttributeError, RuntimeError) as cause:
        library = name.module.partition(".")[0]
        raise ModelError(
            f"The file needs {name.path}, which cannot be imported: {cause}",
            f"Install a version of {library} that has it.",
            code="missing-code",
            missing=[name.path],
        ) from cause
