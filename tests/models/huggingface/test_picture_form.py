"""Input forms out of `preprocessor_config.json`, as the libraries wrote it over the years."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from xai_core.base.errors import InputError
from xai_core.base.input_spec import InputSpec
from xai_core.models.huggingface.picture_form import picture_form
from xai_core.models.vision_libraries import make_importable
from xai_core.pictures.preprocessing import prepare

HALF = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3, "do_normalize": True}
SHAPED = [
    # google/vit-base-patch16-224, before and after sizes became mappings
    ({"size": 224, "do_resize": True, **HALF}, ("squash", 224, 224, 224)),
    ({"size": {"height": 384, "width": 384}, **HALF}, ("squash", 384, 384, 384)),
    # openai/clip-vit-base-patch32, old and new
    ({"size": 224, "crop_size": 224, "do_center_crop": True, **HALF}, ("crop", 224, 224, 224)),
    (
        {
            "size": {"shortest_edge": 256},
            "crop_size": {"height": 224, "width": 224},
            "do_center_crop": True,
            **HALF,
        },
        ("crop", 224, 224, 256),
    ),
    # facebook/convnext-tiny-224: 224 / 0.875, then the middle; at 384 and above a square
    ({"size": {"shortest_edge": 224}, "crop_pct": 0.875, **HALF}, ("crop", 224, 224, 256)),
    ({"size": 224, "crop_pct": 0.875, **HALF}, ("crop", 224, 224, 256)),
    ({"size": {"shortest_edge": 384}, "crop_pct": 0.875, **HALF}, ("squash", 384, 384, 384)),
    # facebook/detr-resnet-50, old and new
    ({"size": 800, "max_size": 1333, **HALF}, ("squash", 800, 800, 800)),
    ({"size": {"shortest_edge": 800, "longest_edge": 1333}, **HALF}, ("squash", 800, 800, 800)),
    # no resizing at all: the model's own size
    ({"do_resize": False, "size": 500, **HALF}, None),
]


@pytest.mark.parametrize(("processor", "expected"), SHAPED)
def test_size_and_fit(processor: dict[str, Any], expected: tuple[Any, ...] | None) -> None:
    spec = picture_form({"image_size": 96}, processor).spec
    found = (spec.fit, spec.height, spec.width, spec.resize)
    assert found == expected if expected else (spec.height, spec.width) == (96, 96)


NUMBERS: list[dict[str, Any]] = [
    {**HALF},
    {"do_normalize": False},
    {"do_rescale": False, "image_mean": [127.5] * 3, "image_std": [63.0] * 3, "do_normalize": True},
    {"rescale_factor": 1 / 127.5, **HALF},
    {"rescale_factor": 1 / 127.5, "rescale_offset": True, "do_normalize": False},
    {"image_mean": [0.4, 0.5, 0.6], "image_std": [0.1, 0.2, 0.3], "do_normalize": True},
    {"include_top": True, "image_mean": [0.4] * 3, "image_std": [0.2] * 3, "do_normalize": True},
]


@pytest.mark.parametrize("processor", NUMBERS)
def test_values_are_those_of_the_library(processor: dict[str, Any]) -> None:
    """Against `transformers.EfficientNetImageProcessor`, which knows all of these."""
    make_importable()
    import transformers

    size = {"height": 8, "width": 8}
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    processor = {"include_top": False, **processor}
    library = transformers.EfficientNetImageProcessor(size=size, do_resize=False, **processor)
    wanted = library(torch.from_numpy(pixels.copy()).permute(2, 0, 1), return_tensors="pt")
    spec = picture_form({}, {"size": size, **processor}).spec
    found = prepare(Image.fromarray(pixels), spec)
    np.testing.assert_allclose(found.inputs[0], wanted["pixel_values"][0].numpy(), atol=2e-3)


def test_order_and_channels() -> None:
    """apple/mobilevit-small takes blue first; a model of one channel gets one mean."""
    flipped = {"do_flip_channel_order": True, "do_normalize": None, "size": {"shortest_edge": 8}}
    spec = picture_form({}, flipped).spec
    assert (spec.order, spec.mean, spec.std) == ((2, 1, 0), (0.0,) * 3, (1.0,) * 3)
    grey = picture_form({"num_channels": 1, "image_size": 28}, HALF).spec
    assert (grey.shape, grey.mean) == ((1, 28, 28), (0.5,))


def test_what_cannot_be_said_is_told() -> None:
    both = {"size": {"height": 288, "width": 256}, "crop_size": 224, "do_center_crop": True}
    assert "squashes" in picture_form({}, both).notes[0]
    assert "aspect ratio" in picture_form({}, {"size": {"shortest_edge": 64}}).notes[0]


def test_the_size_of_pictures_in_a_model_for_texts_too() -> None:
    assert picture_form({"vision_config": {"image_size": 64}}, {}).spec.shape == (3, 64, 64)
    assert picture_form({}, {}).spec == InputSpec.for_shape(3, 224, 224)


@pytest.mark.parametrize("size", [{"height": "a", "width": 3}, {"shortest_edge": [1]}])
def test_nonsense_is_refused(size: Any) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        picture_form({}, {"size": size})
