"""Every row of the format matrix, and that the documentation shows what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from scripts.format_matrix import cells, documented_rows
from tests.dose import WHOLE
from tests.models.matrix import keras_rows, onnx_rows, tensorflow_rows, torch_rows
from tests.models.matrix.measure import measured
from tests.models.matrix.row import Row
from xai_core.worker import Worker

pytestmark = pytest.mark.filterwarnings("ignore")
ROWS = (*torch_rows.ROWS, *onnx_rows.ROWS, *keras_rows.ROWS)
OF_TENSORFLOW = tensorflow_rows.rows(Path())


def tried(rows: Sequence[Row]) -> list[Row]:
    """All of them in `make soak`."""
    return [row for row in rows if WHOLE or not row.heavy]


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as one:
        yield one


@pytest.mark.xdist_group("matrix")
@pytest.mark.parametrize("row", tried(ROWS), ids=lambda row: row.title)
def test_a_file(row: Row, worker: Worker, tmp_path: Path) -> None:
    check(row, worker, tmp_path)


@pytest.mark.xdist_group("tensorflow")
@pytest.mark.parametrize("title", [row.title for row in tried(OF_TENSORFLOW)])
def test_a_file_of_tensorflow(
    title: str,
    models: Path,
    tensorflow: Worker,
    tmp_path: Path,
) -> None:
    (row,) = (row for row in tensorflow_rows.rows(models) if row.title == title)
    check(row, tensorflow, tmp_path)


def check(row: Row, worker: Worker, folder: Path) -> None:
    """As expected, equal to its original, and as the documentation says."""
    result = measured(row, worker, folder)
    print(" | ".join(cells(result)))
    assert result.format == row.format
    assert result.verdict.level == row.level, result.verdict.findings
    assert row.code is None or row.code in result.codes
    if row.level != "rejected" and result.truth is not None:
        assert "output" in result.agrees
    assert " | ".join(cells(result)) in documented_rows()


def test_the_documentation_has_no_other_rows() -> None:
    assert len(documented_rows()) == len(ROWS) + len(OF_TENSORFLOW)
