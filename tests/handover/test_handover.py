"""What teams hand over opens as the documentation says, and its maps are autograd's."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.handover import families
from tests.handover.case import Case
from tests.handover.opened import opened
from xai_core.worker import Worker

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.xdist_group("handover")]


def cases() -> list[Case]:
    """Of all families, in the order of their names."""
    names = sorted(found.name for found in pkgutil.iter_modules(families.__path__))
    modules = (importlib.import_module(f"{families.__name__}.{name}") for name in names)
    return [case for module in modules for case in module.CASES]


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as one:
        yield one


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.family}: {case.title}")
def test_a_file_as_it_is_handed_over(case: Case, worker: Worker, tmp_path: Path) -> None:
    found = opened(case, worker, tmp_path)
    assert found.verdict.level == case.level, found.verdict.findings
    for said, expected in zip(found.said, case.says, strict=True):
        assert expected in said
