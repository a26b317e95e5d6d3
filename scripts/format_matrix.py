"""Writes the documented format matrix: opens every file of `tests/models/matrix`, shows what came.

`python -m scripts.format_matrix`. TensorFlow's rows need `make tensorflow`.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from xai_core.attribution.methods.base import FAMILIES, METHODS

if TYPE_CHECKING:
    from tests.models.matrix.measure import Result
    from tests.models.matrix.row import Row
    from xai_core.readiness.result import Verdict

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "formats.md"
TABLE = re.compile(r"(<!-- begin: format-matrix -->\n).*?(<!-- end: format-matrix -->)", re.DOTALL)
HEADS = ("file", "recognised as", "level", "families of methods", "as the original", "said of it")
SAID = (
    "converted-verified",
    "converted-unverified",
    "inference-format",
    "layers-hidden",
    "no-gradient",
    "detach",
    "numpy-round-trip",
    "needs-trust",
    "missing-architecture",
    "missing-weights",
    "corrupt-file",
    "architecture-found",
    "precision-changed",
)


def cells(result: Result) -> tuple[str, ...]:
    """The table's row of one file."""
    said = [f"`{code}`" for code in SAID if code in result.codes]
    return (
        result.row.title,
        f"`{result.format}`",
        f"`{result.verdict.level}`",
        _families(result.verdict),
        " and ".join(result.agrees) or "–",
        ", ".join(said) or "–",
    )


def _families(verdict: Verdict) -> str:
    """Those with a method that can run."""
    runs = {METHODS[name].family for name, one in verdict.methods.items() if one.available}
    left_out = [f"`{name}`" for name in FAMILIES if name not in runs]
    if not left_out or not runs:
        return "all" if runs else "–"
    if len(left_out) <= len(runs):
        return f"all but {', '.join(left_out)}"
    return ", ".join(f"`{name}`" for name in FAMILIES if name in runs)


def documented_rows() -> list[str]:
    """The rows that the documentation shows, without the bars at both ends."""
    found = TABLE.search(PAGE.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError("formats.md has no place for the format matrix")
    return [line.strip("| ") for line in found[0].splitlines() if line.startswith("| ")][2:]


def main() -> int:
    """Open all of them and write the table."""
    from tests.models.matrix.measure import measured
    from xai_core.worker import Worker

    with tempfile.TemporaryDirectory() as folder, Worker() as worker:
        lines = [HEADS, ("---",) * len(HEADS)]
        for index, row in enumerate(_rows(Path(folder))):
            place = Path(folder) / str(index)
            place.mkdir()
            lines.append(cells(measured(row, worker, place)))
            print(" | ".join(lines[-1]), flush=True)
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(TABLE.sub(lambda found: found[1] + table + found[2], text), encoding="utf-8")
    return 0


def _rows(folder: Path) -> tuple[Row, ...]:
    from tests.models.matrix import keras_rows, onnx_rows, tensorflow_rows, torch_rows
    from tests.models.tensorflow.conftest import written

    models = written(folder / "tensorflow")
    return (
        *torch_rows.ROWS,
        *onnx_rows.ROWS,
        *keras_rows.ROWS,
        *tensorflow_rows.rows(models),
    )


if __name__ == "__main__":
    sys.exit(main())
