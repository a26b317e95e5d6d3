"""Two processes share out whole files, or groups over several of them."""

from __future__ import annotations

import pytest

from tests.schedule import ByFile


@pytest.mark.parametrize(
    ("nodeid", "unit"),
    [
        ("tests/a/test_a.py::test_a[x-1]", "tests/a/test_a.py"),
        ("tests/a/test_a.py::Kind::test_a", "tests/a/test_a.py"),
        ("tests/a/test_a.py::test_a[one@two]", "tests/a/test_a.py"),
        ("tests/a/test_a.py::test_a[one@two]@group", "group"),
    ],
)
def test_a_test_belongs_to_its_group_or_else_to_its_file(nodeid: str, unit: str) -> None:
    assert ByFile.__dict__["_split_scope"](object.__new__(ByFile), nodeid) == unit
