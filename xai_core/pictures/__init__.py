"""Picture files -> model inputs: read within bounds, framed, scaled, normalised.

`readers/` has a plugin for each kind of file. Needs no torch, so that the dashboard can show what
the model will see.
"""

from xai_core.base.input_spec import InputSpec as InputSpec
from xai_core.pictures.preprocessing import open_picture as open_picture
from xai_core.pictures.preprocessing import prepare as prepare
