"""Shapes are checked at run time while the tests run, in the modules that work on arrays alone."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from jaxtyping import install_import_hook

from tests.dose import WHOLE, dose
from tests.random_numbers import draw_anew, rewind
from tests.schedule import ByFile

# No test depends on how fast the machine is, and `make test` sees the same examples each time.
settings.register_profile(
    "patient",
    deadline=None,
    max_examples=dose(40, 200),
    derandomize=not WHOLE,
    suppress_health_check=[HealthCheck.too_slow],
)
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
    if WHOLE:
        return
    kinds: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        kinds[item.get_closest_marker("soaked") is not None].append(item)
    config.hook.pytest_deselected(items=kinds[True])
    items[:] = kinds[False]


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> None:
    """What a fixture draws does not depend on the test that asks for it first."""
    draw_anew(fixturedef.argname)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Nor do a test's numbers depend on the tests and fixtures before it."""
    draw_anew("test")
    if isinstance(item, pytest.Function):
        rewind(item.module)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is imported stays to the end: the garbage collector need not look through it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """How two processes share the tests out."""
    return ByFile(config, log)
