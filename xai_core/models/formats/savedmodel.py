"""A SavedModel of TensorFlow 2, with Keras in it or without."""

from __future__ import annotations

from xai_core.models import export_hint
from xai_core.models.formats.base import FORMATS
from xai_core.models.tensorflow.saved_model import SavedModelFormat


@FORMATS.register
class SavedModel(SavedModelFormat):
    """Run by TensorFlow in an environment of its own; in torch where the conversion is proven."""

    name = "savedmodel"
    title = "TensorFlow SavedModel"
    order = 50
    better = export_hint.SAVED
