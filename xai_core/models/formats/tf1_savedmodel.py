"""A SavedModel of TensorFlow 1: signatures over a graph, without objects."""

from __future__ import annotations

from xai_core.models import export_hint
from xai_core.models.formats.base import FORMATS
from xai_core.models.tensorflow.saved_model import SavedModelFormat


@FORMATS.register
class TF1SavedModel(SavedModelFormat):
    """As a SavedModel of TensorFlow 2, which reads both."""

    name = "tf1-savedmodel"
    title = "TensorFlow 1 SavedModel"
    order = 51
    better = export_hint.GRAPH
