"""A model file in, a model that can be run out.

`formats/` has a plugin for each format. `peek/` and `pickles/` look into a file without running it,
`weights/` finds the network that weights belong to, `onnx/`, `keras/` and `tensorflow/` hold what
these files need, and `conversion/` proves that a converted model is its source.
"""

from xai_core.models.formats.base import LoadOptions as LoadOptions
from xai_core.models.loading import inspect_file as inspect_file
from xai_core.models.loading import load_model as load_model
