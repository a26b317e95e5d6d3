"""A comparison of two models as two kept runs, each with what its model predicted beside it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import numpy as np

from xai_core.base.errors import InputError
from xai_core.compare.comparison import ModelPair, Side
from xai_core.compare.predictions import Classes
from xai_core.pictures.field_of_view import Region
from xai_core.runs.store import RunStore
from xai_core.targets import Prediction

FILE, SCHEMA = "side", 1  # the stem of the file beside a run
BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


def beside(side: Side) -> dict[str, str]:
    """What `RunStore.save` keeps with a side's run, so that `kept_pair` finds it again."""
    found = side.classes.prediction
    told = {
        **vars(found),
        "scores": found.scores.tolist(),
        "entries": {path: list(shape) for path, shape in found.entries.items()},
    }
    labels = list(side.classes.labels) if side.classes.labels else None
    data = {"schema": SCHEMA, "prediction": told, "labels": labels, "region": asdict(side.region)}
    return {FILE: json.dumps(data)}


def kept_pair(store: RunStore, first: str, second: str) -> ModelPair:
    """The comparison whose runs have these ids.

    Raises:
        InputError: one of them is not here, or was not computed as one of two models.
    """
    return ModelPair(_side(store, first), _side(store, second))


def _side(store: RunStore, name: str) -> Side:
    run, verdict = store.open(name), store.verdict(name)
    try:
        text = (store.folder_of(name) / f"{FILE}.json").read_text(encoding="utf-8")
        data = json.loads(text)
        if verdict is None or int(data["schema"]) > SCHEMA:
            raise ValueError("another version")
        labels = data["labels"]
        classes = Classes(_prediction(data["prediction"]), tuple(labels) if labels else None)
        region = Region(**{key: float(value) for key, value in data["region"].items()})
    except BROKEN as cause:
        raise InputError(
            "This run was not kept as one side of two models, or by an earlier version.",
            "Open both models and compute them again on the page Two models.",
        ) from cause
    return Side(run, classes, verdict, region)


def _prediction(data: dict[str, Any]) -> Prediction:
    scores = np.array(data["scores"], dtype=np.float32)
    if scores.ndim != 2 or not scores.size:
        raise ValueError("no scores")
    entries = {str(path): tuple(map(int, shape)) for path, shape in data["entries"].items()}
    shape = tuple(map(int, data["shape"]))
    return Prediction(data["kind"], str(data["path"]), scores, shape, entries, str(data["ends_in"]))
