"""A list of pictures as a table, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.studies.sources.trees import (
    in_folder,
    refused,
)
from xai_core.base.errors import InputError
from xai_core.studies.sources import Listed, open_source


def test_a_manifest_in_parquet_and_what_is_wrong_with_one(tmp_path: Path) -> None:
    in_folder(tmp_path, {"a.png": b"1"})
    columns = {
        "path": ["a.png", "gone.png", None, "a\0b.png"],
        "label": [3, None, 4, 5],
        "name": ["first", None, None, "nul"],
        "other": [0, 1, 2, 3],
    }
    pq.write_table(pa.table(columns), tmp_path / "list.parquet")
    source = open_source(tmp_path / "list.parquet")
    assert next(iter(source.pictures())) == Listed("first", "a.png", "3")
    assert list(refused(source, tmp_path)) == ["gone.png", "row 3", "nul"]
    for data, told in (
        (b"file,label\na.png,1\n", "'file', 'label'"),
        (b"", "none"),
        (b"path\n\xff\xfe\n", "line"),
        (b'path\n"a', "line"),
    ):
        (tmp_path / "list.csv").write_bytes(data)
        with pytest.raises(InputError, match=told):
            list(open_source(tmp_path / "list.csv").pictures())
    (tmp_path / "list.parquet").write_bytes(b"PAR1 and no more PAR1")
    with pytest.raises(InputError, match="broken"):
        list(open_source(tmp_path / "list.parquet").pictures())
    (tmp_path / "list.tsv").write_bytes("\ufeffpath\tlabel\na.png\tä\n".encode())
    assert list(open_source(tmp_path / "list.tsv").pictures()) == [Listed("a.png", "a.png", "ä")]
