"""Shapes are checked at run time while the tests run, in the modules that work on arrays alone."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from jaxtyping import install_import_hook

from tests.dose import WHOLE

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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without `make soak`, the tests that it runs whole are none of these."""
    left = [] if WHOLE else [item for item in items if item.get_closest_marker("soaked")]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]
