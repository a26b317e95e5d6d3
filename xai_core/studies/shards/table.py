"""Rows as an Arrow table, and back. PyArrow is imported when the first row is written or read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from xai_core.studies.entry import QUANTILES
from xai_core.studies.shards.row import KEY_BYTES, Row

SCHEMA = 1
LATER = ("reasons", "mask")  # columns that shards of before have not
VERSION, SETTING = b"pedestal.schema", b"pedestal.setting"


@cache
def schema() -> Any:
    """The columns of a shard, a `pyarrow.Schema`; their meaning is that of `Row`'s fields."""
    import pyarrow as pa

    figures = pa.map_(pa.string(), pa.float64())
    fields = {
        "key": pa.binary(KEY_BYTES),
        "kind": pa.string(),
        "picture": pa.string(),
        "name": pa.string(),
        "label": pa.string(),
        "method": pa.string(),
        "parameters": pa.string(),
        "target": pa.int64(),
        "raw": pa.float64(),
        "curve": pa.list_(pa.float32(), len(QUANTILES)),
        "metrics": figures,
        "localisation": figures,
        "seconds": pa.float64(),
        "cause": pa.string(),
        "reasons": pa.map_(pa.string(), pa.string()),
        "mask": pa.string(),
    }
    return pa.schema(list(fields.items()))


def table_of(rows: Sequence[Row], setting: str) -> Any:
    """A `pyarrow.Table` of rows. `setting`: the key of the study's setting, kept in its facts."""
    import pyarrow as pa

    curves = np.stack([np.asarray(row.curve, np.float32) for row in rows])
    values = pa.array(curves.reshape(-1), pa.float32())
    columns: dict[str, Any] = {
        "key": [row.key(setting) for row in rows],
        "parameters": [row.parameters_json for row in rows],
        "curve": pa.FixedSizeListArray.from_arrays(values, len(QUANTILES)),
        "metrics": [list(row.metrics.items()) for row in rows],
        "localisation": [list(row.localisation.items()) for row in rows],
        "reasons": [[(key, _clean(why)) for key, why in row.reasons.items()] for row in rows],
    }
    for name in ("picture", "name", "label", "method", "cause", "mask"):
        columns[name] = [_clean(getattr(row, name)) for row in rows]
    for name in ("kind", "target", "raw", "seconds"):
        columns[name] = [getattr(row, name) for row in rows]
    facts = {VERSION: str(SCHEMA).encode(), SETTING: setting.encode()}
    arrays = [
        one if isinstance(one := columns[field.name], pa.Array) else pa.array(one, field.type)
        for field in schema()
    ]
    return pa.Table.from_arrays(arrays, schema=schema().with_metadata(facts))


def rows_of(batch: Any) -> list[Row]:
    """The rows of a `pyarrow.RecordBatch` with all columns."""
    told = batch.to_pydict()
    curves = curves_of(batch)
    return [
        Row(
            parameters=json.loads(told["parameters"][place]),
            metrics=dict(told["metrics"][place]),
            localisation=dict(told["localisation"][place]),
            reasons=dict(told["reasons"][place] or ()),
            curve=curves[place],
            **{
                name: told[name][place]
                for name in ("picture", "name", "label", "method", "target", "raw")
            },
            **{name: told[name][place] for name in ("seconds", "cause", "kind", "mask")},
        )
        for place in range(batch.num_rows)
    ]


def curves_of(batch: Any) -> np.ndarray:
    """The column of curves, float32 `[rows, 100]`."""
    flat = batch.column("curve").flatten().to_numpy(zero_copy_only=False)
    return np.asarray(flat, np.float32).reshape(batch.num_rows, len(QUANTILES))


def _clean(text: str | None) -> str | None:
    """What UTF-8 cannot hold, as a mark: a file's name may be any bytes."""
    return None if text is None else text.encode("utf-8", "replace").decode()


def today(rows: Any, columns: Sequence[str] | None = None) -> Any:
    """Rows of an earlier version, a `Table` or `RecordBatch`, with the columns that came later."""
    import pyarrow as pa

    for name in LATER:
        if (columns is None or name in columns) and name not in rows.schema.names:
            rows = rows.append_column(
                schema().field(name), pa.nulls(len(rows), schema().field(name).type)
            )
    return rows
