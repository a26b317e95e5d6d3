"""A file each; `CASES` lists what it writes."""

from xai_core.models.vision_libraries import make_importable

make_importable()
