"""A `.keras` archive of Keras 3, or of late Keras 2."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from xai_core.base.loaded_model import LoadedModel
from xai_core.base.storage.zips import zip_names
from xai_core.models import export_hint
from xai_core.models.formats.base import FORMATS, Format, Inspection, LoadOptions
from xai_core.models.keras.archive import CONFIG, METADATA, WEIGHTS, read_archive, write_archive
from xai_core.models.keras.declared import declared
from xai_core.models.keras.loader import load
from xai_core.models.keras.older import modernise
from xai_core.models.keras.summary import inspection
from xai_core.targets.labels import labels_in


@FORMATS.register
class Keras(Format):
    """Loads in Keras' safe mode on torch; code in the file, or beside it, only after trust."""

    name = "keras"
    title = "Keras model"
    order = 40
    fixes_inputs = True
    better = export_hint.KERAS

    def recognise(self, path: Path) -> bool:
        """As the contract says."""
        return {CONFIG, METADATA, WEIGHTS} <= set(zip_names(path) or ())

    def inspect(self, path: Path) -> Inspection:
        """As the contract says."""
        archive = read_archive(path)
        said = declared(modernise(archive.config, archive.version))
        return inspection(self.name, path, said, archive.version)

    def load(self, path: Path, inspection: Inspection, options: LoadOptions) -> LoadedModel:
        """As the contract says."""
        archive = read_archive(path)
        config = modernise(archive.config, archive.version)

        def write(target: Path) -> None:
            write_archive(path, config, target)

        model = load(path, inspection, options, declared(config), write, ".keras")
        return replace(model, labels=labels_in(archive.metadata))
