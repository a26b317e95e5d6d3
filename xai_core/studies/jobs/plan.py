"""`job.json`: all that it takes to go on with a study, but trust."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from xai_core.base.errors import InputError, WorkerError
from xai_core.base.pace import Pace
from xai_core.base.storage.atomic import write_text
from xai_core.base.storage.files import writing
from xai_core.base.target import asked_to_json, class_or_target
from xai_core.maps.recipe import Recipe
from xai_core.models.formats.base import LoadOptions
from xai_core.pictures.backgrounds import held as backgrounds
from xai_core.pictures.preprocessing import InputSpec
from xai_core.studies.asked.maps import MapChoice
from xai_core.studies.host.task import Task
from xai_core.studies.setting import Setting
from xai_core.studies.sources import open_source
from xai_core.worker.wire.codec import decode, encode

NAME, SCHEMA = "job.json", 1
PLAIN = ("name", "model_format", "where", "methods", "engine", "workers", "address", "time_limit")


@dataclass(frozen=True)
class Plan:
    """What is computed of which pictures, and by whom.

    Attributes:
        model, name: the file, and what a person calls it. model_format: of its card.
        where: the pictures; in `job.json` without credentials. methods: with all parameters.
        engine, workers, address: as `Staff` has them.
        maps: which are kept, as `MapChoice.of_words` reads them; those that scores point at, by
            their Complexity after removal at `quantile`.
        trusted: the model was opened with trust, which no file says: whoever goes on says it again.
    """

    model: Path
    name: str
    setting: Setting
    where: str
    methods: Mapping[str, Mapping[str, Any]]
    model_format: str = ""
    pace: Pace = field(default_factory=Pace)
    engine: str = "local"
    workers: int | None = None
    address: str | None = None
    time_limit: float | None = None
    trusted: bool = False
    maps: tuple[str, ...] = ()
    quantile: float = 0.2

    @property
    def kept_maps(self) -> MapChoice:
        """Which maps are kept. Raises `InputError` for words that ask for none."""
        return MapChoice.of_words(self.maps)

    def task(self) -> Task:
        """For the workers. Raises `InputError` where the pictures cannot be listed."""
        source = open_source(self.where)
        for name in backgrounds.named_in(self.methods):
            backgrounds.kept(name)  # where the workers' processes find them
        return Task(
            self.model, self.name, self.setting, source, self.methods, self.pace, self.time_limit
        )

    def write(self, folder: Path) -> None:
        """Into the study's folder. Raises `XaiError`."""
        with writing():
            folder.mkdir(parents=True, exist_ok=True)
        backgrounds.write_beside(folder, self.methods)
        write_text(folder / NAME, json.dumps(_told(self), indent=1))

    def with_trust(self, trust: bool) -> Plan:
        """The one that may run. Raises `InputError` where trust is needed and not given."""
        if self.trusted and not trust:
            raise InputError(
                f"{self.name} was opened with trust, which is not kept.",
                "Give --trust again if you still trust where it comes from.",
            )
        options = replace(self.setting.options, trust=self.trusted)
        return replace(self, setting=replace(self.setting, options=options))


def read_plan(folder: Path) -> Plan:
    """That of a folder. Raises `InputError` where there is none, or it cannot be read."""
    try:
        told = json.loads((folder / NAME).read_text(encoding="utf-8"))
        backgrounds.read_beside(folder)
        if int(told["schema"]) > SCHEMA:
            raise InputError("This study was begun by a later version.", "Update Pedestal.")
        options = {**encode(LoadOptions(), []), **told["options"]}
        setting = Setting(
            model_sha256=str(told["model_sha256"]),
            options=decode(LoadOptions, options),
            spec=InputSpec.from_dict(told["spec"]),
            seed=int(told["seed"]),
            recipe=Recipe.from_dict(told["recipe"]),
            target=class_or_target(told["target"]),
            metrics=tuple(map(str, told.get("metrics", ()))),
            truths=str(told.get("truths", "")),
        )
        return Plan(
            model=Path(told["model"]),
            setting=setting,
            pace=Pace.of_text(told["pace"]),
            trusted=bool(told["trusted"]),
            maps=tuple(map(str, told.get("maps", ()))),
            quantile=float(told.get("quantile", 0.2)),
            **{name: told[name] for name in PLAIN},
        )
    except FileNotFoundError:
        raise InputError(
            f"There is no study to go on with in {folder}.", "Give the folder of --keep."
        ) from None
    except (OSError, KeyError, ValueError, TypeError, WorkerError) as cause:
        raise InputError(
            f"The {NAME} of {folder.name} cannot be read: {cause}.", "Begin the study again."
        ) from cause


def _told(plan: Plan) -> dict[str, Any]:
    setting = plan.setting
    shown = open_source(plan.where).where
    return {
        "schema": SCHEMA,
        **{name: getattr(plan, name) for name in PLAIN},
        "where": shown,
        "model": str(plan.model.absolute()),
        "model_sha256": setting.model_sha256,
        "options": encode(_absolute(replace(setting.options, trust=False)), []),
        "spec": setting.spec.to_dict(),
        "seed": setting.seed,
        "recipe": setting.recipe.to_dict(),
        "target": asked_to_json(setting.target),
        "metrics": list(setting.metrics),
        "truths": setting.truths,
        "pace": str(plan.pace),
        "trusted": plan.trusted,
        "maps": list(plan.maps),
        "quantile": plan.quantile,
    }


def _absolute(options: LoadOptions) -> LoadOptions:
    """The same from any working folder."""
    others = tuple(
        replace(one, file=one.file.absolute()) if one.file else one for one in options.other_inputs
    )
    code = tuple(file.absolute() for file in options.code)
    return replace(options, code=code, other_inputs=others)
