"""Shapes are checked at run time while the tests run, in the modules that work on arrays alone."""

from __future__ import annotations

from jaxtyping import install_import_hook

install_import_hook(
    [
        "xai_core.maps.canonical",
        "xai_core.scores.ranking",
        "xai_core.scores.metrics",
        "xai_core.pictures.preprocessing",
    ],
    "beartype.beartype",
)
