"""A study that takes a second: a small model, noise for pictures, some of them broken."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from xai_core.models.formats.base import LoadOptions
from xai_core.pictures.preprocessing import InputSpec
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.setting import Setting
from xai_core.studies.shards import Row, Shards
from xai_core.studies.store import complete

METHODS = complete({"saliency": {}, "guided-backprop": {}})
BROKEN = (7, 23)
ROUNDING = 1e-4  # nats: pictures of a worker that died are computed again one by one


def make(folder: Path, count: int = 40) -> Plan:
    """The model, the pictures, and what is to be computed of them."""
    import torch
    from torch import nn

    pictures = folder / "pictures"
    pictures.mkdir(parents=True)
    draws = np.random.default_rng(0)
    for number in range(count):
        file = pictures / f"{number:03d}.png"
        Image.fromarray(draws.integers(0, 255, (20, 24, 3), np.uint8)).save(file)
        if number in BROKEN:
            file.write_bytes(file.read_bytes()[:60] + bytes([number]))
    torch.manual_seed(0)
    ends = (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))
    torch.save(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), *ends).eval(), folder / "net.pt")
    sha256 = hashlib.sha256((folder / "net.pt").read_bytes()).hexdigest()
    spec = InputSpec(height=16, width=16, resize=16)
    setting = Setting(sha256, LoadOptions(), spec, seed=3)
    return Plan(folder / "net.pt", "net.pt", setting, str(pictures), METHODS, workers=2)


def rows(folder: Path) -> dict[bytes, Row]:
    """All rows, by their keys."""
    shards = Shards(folder)
    return {row.key(shards.key): row for row in shards.rows()}


def written(folder: Path) -> int:
    """Rows in all files, doubled ones too."""
    import pyarrow.parquet as pq

    return sum(pq.ParquetFile(file).metadata.num_rows for file in folder.glob("*.parquet"))


def same(one: dict[bytes, Row], other: dict[bytes, Row], rounding: float = 0.0) -> bool:
    """All but the seconds; scores up to so many nats, and to the bit where that is zero."""

    def plain(row: Row) -> str:
        return repr(replace(row, seconds=0.0, curve=np.zeros(0), raw=0.0))

    def scores(rows: dict[bytes, Row]) -> np.ndarray:
        return np.stack([np.append(rows[key].curve.astype(float), rows[key].raw) for key in one])

    if {key: plain(row) for key, row in one.items()} != {k: plain(r) for k, r in other.items()}:
        return False
    return np.allclose(scores(one), scores(other), rtol=0.0, atol=rounding, equal_nan=True)
