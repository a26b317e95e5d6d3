"""The index of architectures, made and written as a file; `read_index` is the way back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from xai_core.models.weights.index.entry import Entry, Pattern
from xai_core.models.weights.index.storage import FILE, Index, Numbers


def make_index(
    architectures: Sequence[tuple[Entry, Mapping[str, Pattern]]], versions: Mapping[str, str]
) -> Index:
    """The index of these architectures."""
    names: dict[str, int] = {}
    patterns: dict[Pattern, int] = {}
    pairs: dict[tuple[int, int], int] = {}
    tensors: list[int] = []
    starts = [0]
    for _, wanted in architectures:
        for name, pattern in wanted.items():
            pair = (
                names.setdefault(name, len(names)),
                patterns.setdefault(pattern, len(patterns)),
            )
            tensors.append(pairs.setdefault(pair, len(pairs)))
        starts.append(len(tensors))
    return Index(
        versions,
        tuple(entry for entry, _ in architectures),
        tuple(names),
        tuple(patterns),
        np.array(list(pairs), np.int64).reshape(-1, 2),
        np.array(starts, np.int64),
        np.array(tensors, np.int64),
    )


def write_index(index: Index, path: Path = FILE) -> None:
    """Write the file that `read_index` reads; the same index gives the same bytes."""
    text = {
        "versions": dict(index.versions),
        "entries": [entry.to_dict() for entry in index.entries],
        "names": index.names,
        "patterns": [" ".join(map(str, pattern)) for pattern in index.patterns],
    }
    data = json.dumps(text, separators=(",", ":")).encode()
    np.savez_compressed(
        path,
        text=np.frombuffer(data, np.uint8),
        pairs=_steps(index.pairs.T),
        starts=_steps(index.starts),
        tensors=_steps(index.tensors),
    )


def _steps(numbers: Numbers) -> np.ndarray[Any, np.dtype[np.int32]]:
    return np.diff(numbers, axis=-1, prepend=0).astype(np.int32)
