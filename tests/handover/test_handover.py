"""What teams hand over opens as the documentation says, and its maps are autograd's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.handover import cells, documented_rows
from tests.dose import dose
from tests.handover.case import Case
from tests.handover.families import cases
from tests.handover.opened import opened
from xai_core.worker import Worker

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.xdist_group("handover")]
LIGHT = [case for case in cases() if not case.heavy]
PLACES = [
    sum(one.family == case.family for one in LIGHT[:n]) for n, case in enumerate(LIGHT)
]  # in its family
DOSE = [case for case, place in zip(LIGHT, PLACES, strict=True) if place % 4 == 0]
CASES = dose(DOSE, cases())


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as one:
        yield one


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.family}: {case.title}")
def test_a_file_as_it_is_handed_over(case: Case, worker: Worker, tmp_path: Path) -> None:
    found = opened(case, worker, tmp_path)
    assert found.verdict.level == case.level, found.verdict.findings
    for said, expected in zip(found.said, case.says, strict=True):
        assert expected in said
    assert " | ".join(cells(found)) in documented_rows()


def test_the_documentation_has_no_other_rows() -> None:
    assert len(documented_rows()) == len(cases())
