"""A finished study of many pictures, and how it is kept on disk: JSON, NumPy arrays, no pickle."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from xai_core.base.errors import InputError
from xai_core.base.pace import Pace
from xai_core.base.storage.atomic import whole_folder
from xai_core.base.target import Target, asked_to_json, class_or_target, over_pictures
from xai_core.maps.recipe import Recipe
from xai_core.pictures.backgrounds import held as backgrounds
from xai_core.pictures.preprocessing import InputSpec
from xai_core.readiness.result import Level
from xai_core.runs.reading import STUDY, UNREADABLE, read_facts
from xai_core.runs.store import RunStore
from xai_core.studies.store import Table

SCHEMA, SIDE = 1, 112


@dataclass(frozen=True)
class StudiedPicture:
    """One picture of a study.

    Attributes:
        sha256: of its file. target: class index that was explained, where that is known.
        mask: SHA-256 of the file that its maps were compared with.
    """

    name: str
    sha256: str
    target: int | None = None
    mask: str | None = None


@dataclass(frozen=True)
class StudyResult:
    """Complexity of many pictures by several methods, with all that led to it.

    Attributes:
        model, model_sha256, model_format, input_spec, architecture, output, weights, trusted,
            head_activation, member, level, summary, created, versions, machine, seconds: of `Run`.
        pictures, methods: rows and columns of `table`; methods with all their parameters.
        target: of all pictures; None for each one's top class. other_inputs: beside each picture.
        recipe: with the quantile that was looked at. refused: why files were left out, by name.
        thumbnails: uint8 `[side, side, 3]` by place of the picture, where there is one.
        pace: how the model was run by methods that take many samples.
    """

    model: str
    model_sha256: str
    model_format: str
    pictures: tuple[StudiedPicture, ...]
    methods: Mapping[str, Mapping[str, Any]]
    table: Table
    recipe: Recipe
    seed: int
    target: int | Target | None
    created: str
    versions: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    input_spec: InputSpec | None = None
    architecture: str | None = None
    output: str | None = None
    weights: str | None = None
    head_activation: str | None = None
    member: str | None = None
    other_inputs: tuple[str, ...] = ()
    trusted: bool = False
    level: Level | None = None
    summary: str = ""
    machine: str = ""
    seconds: float = 0.0
    thumbnails: Mapping[int, np.ndarray] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)

    @property
    def quantile(self) -> float:
        """At which it was looked at."""
        return 0.0 if self.recipe.quantile is None else self.recipe.quantile

    @property
    def target_label(self) -> str:
        """What was explained, for a person."""
        return over_pictures(self.target)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over all that the scores depend on: the same study has the same one."""
        chosen = (self.weights, self.head_activation, self.member)
        told = {
            "model": [self.model_sha256, self.architecture, self.output, *filter(None, chosen)],
            "spec": self.input_spec.to_dict() if self.input_spec else None,
            "pictures": [one.sha256 for one in self.pictures],
            "methods": list(self.methods.items()),
            "recipe": replace(self.recipe, quantile=None, crop=None).to_dict(),
            "drawn": [self.seed, asked_to_json(self.target)],
            **({"metrics": sorted(self.table.figures)} if self.table.figures else {}),
            **({"masks": masks} if any(masks := [one.mask for one in self.pictures]) else {}),
            **({"other_inputs": self.other_inputs} if self.other_inputs else {}),
        }
        text = json.dumps(told, sort_keys=True, default=dict)
        return hashlib.sha256(text.encode()).hexdigest()

    def of(self, methods: Sequence[str]) -> StudyResult:
        """The same with some of the methods. Raises `InputError` for one that it has not."""
        names = list(self.methods)
        for name in methods:
            if name not in names:
                raise InputError(f"The study has no method {name!r}.", f"It has: {names}.")
        table = self.table.of([names.index(name) for name in methods])
        return replace(self, methods={name: self.methods[name] for name in methods}, table=table)

    def write(self, folder: Path, /, **more: str) -> None:
        """Write it as `Run.write` does a run; a kill leaves the whole folder or none."""
        with whole_folder(folder) as draft:
            texts = {**more, "run": json.dumps(_described(self), indent=1)}
            for stem, text in texts.items():
                (draft / f"{stem}.json").write_text(text, encoding="utf-8")
            np.savez_compressed(draft / "scores.npz", allow_pickle=False, **self.table.arrays)
            small = {str(place): one for place, one in self.thumbnails.items()}
            np.savez_compressed(draft / "thumbnails.npz", allow_pickle=False, **small)
            if self.thumbnails:
                first = self.thumbnails[min(self.thumbnails)]
                Image.fromarray(first).save(draft / "picture.png")
            with suppress(InputError):  # they are gone: its scores stand without them
                backgrounds.write_beside(draft, self.methods)

    def _repr_html_(self) -> str:
        from xai_core.notebook import of_study

        return of_study(self)


PLAIN = (
    *("model", "model_sha256", "model_format", "methods", "seed", "created"),
    *("versions", "refused", "architecture", "output", "trusted", "level", "summary"),
    *("machine", "seconds"),
)
NEWER = ("weights", "head_activation", "member")  # studies of before had none


def open_study(folder: Path | str) -> StudyResult:
    """The study that `StudyResult.write` wrote, by this version or an earlier one.

    Raises:
        InputError: there is none, or it is broken or of a later version.
    """
    folder = Path(folder)
    data = read_facts(folder)
    try:
        if data.pop("kind", None) != STUDY:
            raise InputError("It is of one picture", "Open it with `xai_core.open_run`.")
        arrays = _arrays(folder / "scores.npz")
        backgrounds.read_beside(folder)
        pictures = tuple(StudiedPicture(**one) for one in data["pictures"])
        shape = (len(pictures), len(data["methods"]))
        targets = {row: one.target for row, one in enumerate(pictures)}
        spec = data["input_spec"]
        return StudyResult(
            **{n: data[n] for n in PLAIN} | {n: data.get(n) for n in NEWER},
            pictures=pictures,
            table=Table.read(data, arrays, shape, targets),
            target=class_or_target(data["target"]),
            other_inputs=tuple(data.get("other_inputs", ())),
            recipe=Recipe.from_dict(data["recipe"]),
            input_spec=InputSpec.from_dict(spec) if spec else None,
            pace=Pace(**data.get("pace", {})),
            thumbnails={int(name): one for name, one in _arrays(folder / "thumbnails.npz").items()},
        )
    except UNREADABLE as cause:
        raise InputError(f"There is no readable study in {folder.name}: {cause}.") from cause


def kept_study(store: RunStore, name: str) -> StudyResult:
    """The study with this id. Raises `InputError` where there is none."""
    return open_study(store.folder_of(name))


def is_study(folder: Path) -> bool:
    """Whether a folder holds a study, not a run. Raises `InputError` where it holds neither."""
    return read_facts(folder).get("kind") == STUDY


def _arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


def _described(study: StudyResult) -> dict[str, Any]:
    return {
        "kind": STUDY,
        "schema": SCHEMA,
        **{name: getattr(study, name) for name in (*PLAIN, *NEWER)},
        "target": asked_to_json(study.target),
        "other_inputs": list(study.other_inputs),
        "pictures": [asdict(one) for one in study.pictures],
        **study.table.told,
        "fingerprint": study.fingerprint,
        "recipe": study.recipe.to_dict(),
        "pace": asdict(study.pace),
        "input_spec": study.input_spec.to_dict() if study.input_spec else None,
    }
