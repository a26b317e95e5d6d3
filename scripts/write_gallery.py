"""Writes the gallery's model files: `python -m scripts.write_gallery`."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from xai_core.demo.gallery import FILES, Exhibit, gallery


def write(exhibit: Exhibit, folder: Path = FILES) -> Path:
    """Build the model from its source and pickle the whole module; the same bytes every time.

    The class is pickled under the name of its file, as it is where a team's script saves it.
    """
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / exhibit.model_path.name
    module = _imported(exhibit)
    try:
        torch.save(module.build(), path)
    finally:
        del sys.modules[exhibit.name]
    return path


def _imported(exhibit: Exhibit) -> ModuleType:
    spec = importlib.util.spec_from_file_location(exhibit.name, exhibit.code_path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{exhibit.code_path.name} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[exhibit.name] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    for one in gallery():
        print(f"wrote {write(one).name}")
