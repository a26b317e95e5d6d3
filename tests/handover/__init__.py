"""Files as teams hand them over; the libraries that write them import torchvision."""

from xai_core.models.vision_libraries import make_importable

make_importable()
