"""Shapes are checked at run time while the tests run, in the modules that work on arrays alone."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from jaxtyping import install_import_hook

# No test depends on how fast the machine is.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

install_import_hook(
    [
        "xai_core.maps.canonical",
        "xai_core.scores.ranking",
        "xai_core.scores.metrics",
        "xai_core.pictures.preprocessing",
    ],
    "beartype.beartype",
)
