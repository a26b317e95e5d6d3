"""The verdict of whole networks: at most 20 forward and backward passes of each, and 5 s.

Networks with random weights, as packages here build them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import nn

from benchmarks.timing import Goal
from xai_core import assess
from xai_core.base.borrow import borrowed
from xai_core.models.keras.backend import import_keras
from xai_core.models.loading import load_model
from xai_core.models.vision_libraries import make_importable
from xai_core.readiness.setting.pictures import synthetic
from xai_core.readiness.setting.score import Score, gradient

PASSES, MORE = 20, 5.0
ROUNDS = 2


def _keras(build: Callable[[Any], Any]) -> tuple[nn.Module, int]:
    keras = import_keras()
    keras.utils.set_random_seed(0)
    model = build(keras)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        loaded = load_model(path)
    if loaded.module is None:
        raise TypeError("A Keras model has a module.")
    return loaded.module, loaded.input_spec.height


def _application(name: str, size: int) -> tuple[nn.Module, int]:
    shape = (size, size, 3)
    return _keras(lambda keras: getattr(keras.applications, name)(weights=None, input_shape=shape))


def _transferred(size: int) -> tuple[nn.Module, int]:
    """A frozen body under a head of five classes, as Keras' own guide builds it."""

    def build(keras: Any) -> Any:
        shape = (size, size, 3)
        body = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=shape)
        body.trainable = False
        picture = keras.Input(shape)
        x = keras.layers.Rescaling(1 / 127.5, offset=-1)(picture)
        x = keras.layers.GlobalAveragePooling2D()(body(x, training=False))
        return keras.Model(picture, keras.layers.Dense(5)(keras.layers.Dropout(0.2)(x)))

    return _keras(build)


def _mobilevit() -> tuple[nn.Module, int]:
    make_importable()
    from transformers import MobileViTConfig, MobileViTForImageClassification

    torch.manual_seed(0)
    network = MobileViTForImageClassification(MobileViTConfig()).eval()
    for layer in network.modules():  # as it is made, its scores are 1e-41
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight)
    return network, 256


def _densenet() -> tuple[nn.Module, int]:
    from monai.networks.nets import DenseNet121

    torch.manual_seed(0)
    return DenseNet121(spatial_dims=2, in_channels=3, out_channels=5).eval(), 224


def _facenet() -> tuple[nn.Module, int]:
    make_importable()
    from facenet_pytorch import InceptionResnetV1

    torch.manual_seed(0)
    return InceptionResnetV1().eval(), 160


NETWORKS: dict[str, Callable[[], tuple[nn.Module, int]]] = {
    "Keras MobileNetV2, 96²": partial(_application, "MobileNetV2", 96),
    "Keras MobileNetV2, 128²": partial(_application, "MobileNetV2", 128),
    "Keras EfficientNetB0, 96²": partial(_application, "EfficientNetB0", 96),
    "Keras EfficientNetB0, 128²": partial(_application, "EfficientNetB0", 128),
    "Keras transfer learning, 96²": partial(_transferred, 96),
    "Keras transfer learning, 128²": partial(_transferred, 128),
    "transformers MobileViT, 256²": _mobilevit,
    "MONAI DenseNet-121, 224²": _densenet,
    "facenet InceptionResnetV1, 160²": _facenet,
}
built = cache(lambda title: NETWORKS[title]())


def verdict(title: str) -> None:
    module, size = built(title)
    found = assess(module, _picture(size).numpy(), time_limit=600)
    if found.level not in ("ready", "input-gradients"):
        raise ValueError(f"{title} came out {found.level}: {found.summary}")


def allowed(title: str) -> float:
    """Seconds: what the verdict may take."""
    import time

    module, size = built(title)
    start = time.perf_counter()
    with borrowed(module):
        gradient(module, Score("", 0), _picture(size))
    return PASSES * (time.perf_counter() - start) + MORE


def _picture(size: int) -> torch.Tensor:
    return synthetic((3, size, size), torch.device("cpu"), 1)[0]


def prepare(titles: list[str]) -> None:
    """Builds the networks, and lets each run once."""
    for title in titles:
        allowed(title.partition(": ")[0])


CASES: dict[str, Callable[[], float | None]] = {}
for _title in NETWORKS:
    CASES[f"{_title}: verdict"] = partial(verdict, _title)
    CASES[f"{_title}: allowed"] = partial(allowed, _title)
GOALS = [Goal(f"{title}: verdict", f"{title}: allowed", 1.0) for title in NETWORKS]
WORKER = tuple(CASES)
