"""A finished comparison, and how it is kept on disk: JSON, NumPy arrays and a PNG, no pickle."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from xai_core.errors import InputError
from xai_core.recipe import Recipe
from xai_core.types import Attribution, Picture

SCHEMA = 1


@dataclass(frozen=True)
class Guess:
    """One class of a prediction. `probability` in [0, 1]."""

    index: int
    label: str
    probability: float


@dataclass(frozen=True)
class Score:
    """Complexity of one map before removal and after it, in nats; NaN where undefined."""

    raw: float
    after: float


@dataclass(frozen=True)
class Run:
    """Maps of several methods for one model, picture and target, with all that led to them.

    Attributes:
        model: title. model_sha256, model_format: of its file.
        picture: name. picture_sha256: of its file. pixels: uint8 `[H, W, 3]` as the model saw it.
        content: `(top, left, bottom, right)` of the picture inside the input.
        target: class index; None where the model has one output. guesses: top classes.
        attributions: by method name. recipe: with the quantile of `scores`.
        created: UTC, ISO 8601. versions: of the libraries that computed.
        failures: why a method that was asked for gave no map, by method name.
    """

    model: str
    model_sha256: str
    model_format: str
    picture: str
    picture_sha256: str
    pixels: Picture
    content: tuple[int, int, int, int]
    target: int | None
    guesses: tuple[Guess, ...]
    attributions: Mapping[str, Attribution]
    recipe: Recipe
    scores: Mapping[str, Score]
    created: str
    versions: Mapping[str, str] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)

    @property
    def target_label(self) -> str:
        """What was explained, for a person."""
        for guess in self.guesses:
            if guess.index == self.target:
                return f"{guess.label} ({guess.index})"
        return "the only output" if self.target is None else f"class {self.target}"


def save_run(run: Run, folder: Path) -> None:
    """Write a run; a kill at any moment leaves the whole folder or none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder.parent))
    try:
        (draft / "run.json").write_text(json.dumps(_described(run), indent=1), encoding="utf-8")
        maps = {name: attribution.values for name, attribution in run.attributions.items()}
        np.savez_compressed(draft / "maps.npz", allow_pickle=False, **maps)
        Image.fromarray(run.pixels).save(draft / "picture.png")
        draft.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        os.replace(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def open_run(folder: Path) -> Run:
    """The run that `save_run` wrote.

    Raises:
        InputError: there is none, or it is broken or of a later version.
    """
    try:
        data = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        if data.pop("schema") != SCHEMA:
            raise InputError("This run was written by a later version.", "Update Pedestal.")
        with np.load(folder / "maps.npz", allow_pickle=False) as maps:
            attributions = {
                name: _attribution(entry, maps[name])
                for name, entry in data.pop("attributions").items()
            }
        with Image.open(folder / "picture.png") as picture:
            pixels = np.asarray(picture.convert("RGB"))
    except (OSError, KeyError, ValueError, TypeError) as cause:
        raise InputError(f"There is no readable run in {folder.name}: {cause}.") from cause
    return Run(
        **{
            **data,
            "content": tuple(data["content"]),
            "guesses": tuple(Guess(**guess) for guess in data["guesses"]),
            "recipe": Recipe.from_dict(data["recipe"]),
            "scores": {name: _score(score) for name, score in data["scores"].items()},
            "attributions": attributions,
            "pixels": pixels,
        }
    )


def _described(run: Run) -> dict[str, Any]:
    data = {
        name: value
        for name, value in vars(run).items()
        if name not in ("pixels", "attributions", "scores", "recipe", "guesses")
    }
    entries = {name: dict(vars(one)) for name, one in run.attributions.items()}
    for entry in entries.values():
        del entry["values"]
    scores = {
        name: {key: value if np.isfinite(value) else None for key, value in asdict(one).items()}
        for name, one in run.scores.items()
    }
    return {
        "schema": SCHEMA,
        **data,
        "guesses": [asdict(guess) for guess in run.guesses],
        "recipe": run.recipe.to_dict(),
        "scores": scores,
        "attributions": entries,
    }


def _attribution(entry: dict[str, Any], values: np.ndarray) -> Attribution:
    pairs = {name: tuple(entry[name]) for name in ("target", "native_size")}
    return Attribution(**{**entry, **pairs, "values": values.astype(np.float32, copy=False)})


def _score(data: dict[str, float | None]) -> Score:
    return Score(**{name: float("nan") if value is None else value for name, value in data.items()})
