"""What the tests of jobs share."""

from __future__ import annotations

import pytest

from tests.studies.jobs.tiny import make
from xai_core.studies.jobs.plan import Plan


@pytest.fixture(scope="package")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A study of forty small pictures, two of them broken."""
    return make(tmp_path_factory.mktemp("tiny"))
