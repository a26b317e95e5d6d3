"""transformers: imported quietly, used offline, and what it knows of a family.

Only names that the library itself defines are looked up in it: `trust_remote_code` stays off,
and a file's `auto_map`, which names code beside it, is never read.
"""

from __future__ import annotations

import importlib.util
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

from xai_core.base.errors import ModelError
from xai_core.models.installs import INSTALLS
from xai_core.models.vision_libraries import make_importable

NAME = "transformers"
INSTALL = INSTALLS[NAME]
CLASS = re.compile(r"[A-Z][A-Za-z0-9]{0,99}")


def installed() -> bool:
    """Whether the library is there; it is not imported."""
    return importlib.util.find_spec(NAME) is not None


def missing_library(what: str) -> ModelError:
    """The error for a model that needs the library."""
    return ModelError(
        f"{what} is built by the library transformers, which is not installed.",
        INSTALL,
        code="missing-code",
        missing=[NAME],
    )


@cache
def transformers() -> ModuleType:
    """The library.

    Raises:
        ModelError: `missing-code`, it is not installed or cannot be imported.
    """
    if not installed():
        raise missing_library("This model")
    make_importable()  # its picture models import torchvision
    try:
        library = importlib.import_module(NAME)
        told = importlib.import_module(f"{NAME}.utils.logging")
    except (ImportError, RuntimeError) as cause:
        raise ModelError(
            f"This model needs transformers, which cannot be imported: {cause}",
            INSTALL,
            code="missing-code",
            missing=[NAME],
        ) from cause
    told.set_verbosity(logging.CRITICAL)
    told.disable_progress_bar()
    return library


@contextmanager
def offline() -> Iterator[None]:
    """No download while the block runs, whatever a configuration names."""
    constants: Any = importlib.import_module("huggingface_hub.constants")
    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


def config_class(family: str) -> Any:
    """The class of a family's configuration; None for one that this version does not know."""
    auto: Any = importlib.import_module(f"{NAME}.models.auto.configuration_auto")
    try:
        return auto.CONFIG_MAPPING[family]  # filled at the first look, so `get` finds nothing
    except KeyError:
        return None


def model_class(name: str) -> Any:
    """The library's model class of that name; None where it defines none."""
    if not CLASS.fullmatch(name):
        return None
    library = transformers()
    found = getattr(library, name, None)
    if not isinstance(found, type) or not found.__module__.startswith(f"{NAME}.models."):
        return None
    return found if issubclass(found, library.PreTrainedModel) else None


def family_of_class(name: str) -> str:
    """The family of a class, for a configuration that names only that.

    Raises:
        ModelError: `missing-architecture`, there is no such class.
    """
    kind = getattr(model_class(name), "config_class", None)
    if kind is None:
        raise ModelError(
            f"config.json names no family (model_type), and transformers has no class {name!r}.",
            "Give the config.json that save_pretrained wrote beside the weights.",
            code="missing-architecture",
        )
    return str(kind.model_type)


def classes_of(family: str) -> tuple[str, ...]:
    """Names of the family's model classes for pictures, with heads first, the body last."""
    auto: Any = importlib.import_module(f"{NAME}.models.auto.modeling_auto")
    tasks = ("IMAGE_CLASSIFICATION", "SEMANTIC_SEGMENTATION", "OBJECT_DETECTION")
    tables = [getattr(auto, f"MODEL_FOR_{task}_MAPPING_NAMES", {}) for task in tasks]
    tables.append(getattr(auto, "MODEL_MAPPING_NAMES", {}))
    found: list[str] = []
    for table in tables:
        names = table.get(family, ())
        found += [names] if isinstance(names, str) else list(names)
    return tuple(found)


def processor_defaults(family: str) -> dict[str, Any]:
    """How the library prepares pictures for a family where no file says it; empty if unknown."""
    library = transformers()
    auto: Any = importlib.import_module(f"{NAME}.models.auto.image_processing_auto")
    names = auto.IMAGE_PROCESSOR_MAPPING_NAMES.get(family)
    name = names.get("torchvision") if isinstance(names, dict) else None
    found = getattr(library, name, None) if name else None
    if found is None:
        return {}
    keys = [*("size", "crop_size", "crop_pct", "image_mean", "image_std", "rescale_factor")]
    keys += ["do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_flip_channel_order"]
    own = {key: getattr(found, key, None) for key in keys}
    return {key: value for key, value in own.items() if value is not None}
