"""A finished comparison, and how it is kept on disk: JSON, NumPy arrays and a PNG, no pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Picture
from xai_core.base.storage.atomic import whole_folder
from xai_core.base.target import DEFAULT, Explained, Target, class_name
from xai_core.maps.recipe import Recipe
from xai_core.pictures.backgrounds import held as backgrounds
from xai_core.pictures.preprocessing import InputSpec
from xai_core.readiness.result import Level
from xai_core.runs.figures import Guess as Guess
from xai_core.runs.figures import Score as Score
from xai_core.runs.manifest import APART, NESTED, SCHEMA, told
from xai_core.scores import seeds as seed_scores
from xai_core.scores.seeds import SeedScores
from xai_core.targets.outputs import OutputForm


@dataclass(frozen=True)
class Run:
    """Maps of several methods for one model, picture and target, with all that led to them.

    Attributes:
        model: title. model_sha256, model_format: of its file.
        picture: name. picture_sha256: of its file. pixels: uint8 `[H, W, 3]` as the model saw it.
        content: `(top, left, bottom, right)` of the picture inside the input.
        target: class index; None: the model has one output, or no class is explained. guesses:
            top classes.
        attributions: by method name. recipe: with the quantile of `scores`.
        created: UTC, ISO 8601. versions: of the libraries that computed.
        failures: why a method that was asked for gave no map, by method name.
        input_spec: how the picture became the input. architecture, output, weights,
            head_activation, member: as the model was opened with (`LoadOptions`).
        other_inputs: what was fixed beside the picture, as `NAME = VALUE`.
        trusted: it was opened with trust, or with Python code of its own. opening: by
            `opening_of`; empty in runs of an earlier version. level, summary: of the readiness
            verdict, if any. machine: what computed. seconds: wall time of the computation.
        explained: the target as fixed on the picture. form: of the output. None in early runs.
        seeds: scores of the maps that other seeds give, where those were asked for.
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
    input_spec: InputSpec | None = None
    architecture: str | None = None
    output: str | None = None
    weights: str | None = None
    head_activation: str | None = None
    trusted: bool = False
    level: Level | None = None
    summary: str = ""
    machine: str = ""
    seconds: float = 0.0
    explained: Explained | None = None
    form: OutputForm | None = None
    other_inputs: tuple[str, ...] = ()
    opening: str = ""
    member: str | None = None
    seeds: SeedScores | None = None

    def seeds_by(self, recipe: Recipe) -> SeedScores | None:
        """Scores under further seeds, where they are by this recipe, whatever its quantile."""
        return seed_scores.by_recipe(self.seeds, self.recipe, recipe)

    @property
    def asked(self) -> int | Target | None:
        """The target that explains the same again."""
        if self.explained is None or self.explained.target.kind == DEFAULT:
            return self.target
        return self.explained.target

    @property
    def target_label(self) -> str:
        """What was explained, for a person: a class by its name, all else by its sentence."""
        if isinstance(self.asked, Target) and self.explained is not None:
            return self.explained.sentence
        for guess in self.guesses:
            if guess.index == self.target:
                return class_name(guess.label, guess.index)
        return "the only output" if self.target is None else class_name("", self.target)

    def write(self, folder: Path, /, **more: str) -> None:
        """Write it to the disk; a kill at any moment leaves the whole folder or none.

        Args:
            more: texts of further files, by stem: `label='{}'` becomes `label.json`.
        """
        with whole_folder(folder) as draft:
            texts = {**more, "run": json.dumps(described(self), indent=1)}
            if self.seeds is not None:
                texts[seed_scores.STEM] = json.dumps(self.seeds.to_dict())
            for stem, text in texts.items():
                (draft / f"{stem}.json").write_text(text, encoding="utf-8")
            maps = {name: attribution.values for name, attribution in self.attributions.items()}
            np.savez_compressed(draft / "maps.npz", allow_pickle=False, **maps)
            Image.fromarray(self.pixels).save(draft / "picture.png")
            backgrounds.write_beside(draft, [one.parameters for one in self.attributions.values()])

    def _repr_html_(self) -> str:
        from xai_core.notebook import of_run

        return of_run(self)


def described(run: Run) -> dict[str, Any]:
    """A run as JSON."""
    plain = {name: value for name, value in vars(run).items() if name not in APART}
    parts = {name: getattr(run, name) for name in NESTED}
    scores = {
        name: {key: value if np.isfinite(value) else None for key, value in asdict(one).items()}
        for name, one in run.scores.items()
    }
    return {
        "schema": SCHEMA,
        **plain,
        "guesses": [asdict(guess) for guess in run.guesses],
        "recipe": run.recipe.to_dict(),
        **{name: None if part is None else part.to_dict() for name, part in parts.items()},
        "scores": scores,
        "attributions": {name: told(one) for name, one in run.attributions.items()},
    }
