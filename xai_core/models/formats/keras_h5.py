"""A Keras model in HDF5: whole ones of Keras 1 to 3 are loaded, weights alone are named."""

from __future__ import annotations

from pathlib import Path

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.base.loaded_model import LoadedModel
from xai_core.models import export_hint
from xai_core.models.formats.base import FORMATS, Format, Inspection, LoadOptions
from xai_core.models.keras.declared import declared
from xai_core.models.keras.hdf5 import looks_like_keras, read_hdf5, write_hdf5
from xai_core.models.keras.loader import load
from xai_core.models.keras.older import modernise
from xai_core.models.keras.summary import inspection
from xai_core.models.peek.digest import digest

WEIGHTS_ONLY = Finding(
    "missing-architecture",
    "error",
    "The file holds the weights of a Keras model without the model.",
    "Build the model where its code is, load the weights there, and save the whole with "
    "model.save('model.keras').",
)


@FORMATS.register
class KerasH5(Format):
    """Loads in Keras' safe mode on torch; code in the file, or beside it, only after trust."""

    name = "keras-h5"
    title = "Keras model (HDF5)"
    order = 41
    fixes_inputs = True
    better = export_hint.HDF5

    def recognise(self, path: Path) -> bool:
        """As the contract says: HDF5 with what Keras writes into it."""
        return looks_like_keras(path)

    def inspect(self, path: Path) -> Inspection:
        """As the contract says."""
        file = read_hdf5(path)
        if file.config is None:
            size = digest(path)
            facts = {"Keras": file.version, "Holds": "weights only"}
            return Inspection(self.name, size.size, size.sha256, facts, findings=(WEIGHTS_ONLY,))
        return inspection(
            self.name, path, declared(modernise(file.config, file.version)), file.version
        )

    def load(self, path: Path, inspection: Inspection, options: LoadOptions) -> LoadedModel:
        """As the contract says."""
        file = read_hdf5(path)
        if file.config is None:
            raise ModelError(WEIGHTS_ONLY.message, WEIGHTS_ONLY.hint, code=WEIGHTS_ONLY.code)
        config = modernise(file.config, file.version)

        def write(target: Path) -> None:
            write_hdf5(path, config, target)

        return load(path, inspection, options, declared(config), write, ".h5")
