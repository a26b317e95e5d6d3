"""`rank --keep`: one picture as a run, several as a study, in a folder that `report` reads."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from xai_core.base.errors import InputError
from xai_core.base.target import Target
from xai_core.cli.baseline import Methods
from xai_core.runs.run import Run
from xai_core.studies.entry import QUANTILES, Entry, failed, measured
from xai_core.studies.result import SIDE, StudiedPicture, StudyResult
from xai_core.studies.store import Table, complete


class Keeping:
    """What is kept of the pictures so far: the last run whole, of the others the scores.

    Raises:
        InputError: there is a folder of that name.
    """

    def __init__(self, folder: Path) -> None:
        if folder.exists():
            raise InputError(f"There is a {folder} already.", "Choose another --keep.")
        self._folder = folder
        self._rows: list[dict[str, Entry]] = []
        self._pictures: list[StudiedPicture] = []
        self._thumbnails: dict[int, np.ndarray] = {}
        self._last: Run | None = None

    def add(self, name: str, run: Run) -> None:
        """One more picture, by the name that it is shown by."""
        found = {one: measured(values, run.recipe) for one, values in run.attributions.items()}
        found |= {one: failed(run.target, why) for one, why in run.failures.items()}
        self._thumbnails[len(self._rows)] = _thumbnail(run)
        self._rows.append(found)
        self._pictures.append(StudiedPicture(name, run.picture_sha256, run.target))
        self._last = run

    def write(
        self,
        args: argparse.Namespace,
        methods: Methods,
        target: int | Target | None,
        refused: Mapping[str, str],
    ) -> None:
        """To the disk. Raises `XaiError` where that cannot be done."""
        run = self._last
        if run is None:
            return
        if len(self._rows) == 1:
            run.write(self._folder)
        else:
            self._study(run, args, methods, target, refused).write(self._folder)

    def _study(
        self,
        run: Run,
        args: argparse.Namespace,
        methods: Methods,
        target: int | Target | None,
        refused: Mapping[str, str],
    ) -> StudyResult:
        parameters = complete(methods)
        return StudyResult(
            model=run.model,
            model_sha256=run.model_sha256,
            model_format=run.model_format,
            pictures=tuple(self._pictures),
            methods=parameters,
            table=self._table(list(parameters)),
            recipe=replace(run.recipe, crop=None),
            seed=args.seed,
            target=run.asked if isinstance(target, Target) else target,
            other_inputs=run.other_inputs,
            created=run.created,
            versions=run.versions,
            refused=refused,
            input_spec=run.input_spec,
            architecture=run.architecture,
            output=run.output,
            weights=run.weights,
            head_activation=run.head_activation,
            member=run.member,
            trusted=run.trusted,
            machine=run.machine,
            seconds=sum(one.seconds for row in self._rows for one in row.values()),
            thumbnails=self._thumbnails,
        )

    def _table(self, methods: list[str]) -> Table:
        raw = np.array([[row[name].raw for name in methods] for row in self._rows])
        curves = np.array([[row[name].curve for name in methods] for row in self._rows])
        causes = {
            (place, methods.index(name)): one.cause
            for place, row in enumerate(self._rows)
            for name, one in row.items()
            if one.cause
        }
        targets = {place: one.target for place, one in enumerate(self._pictures)}
        return Table(raw, curves.reshape(*raw.shape, len(QUANTILES)), len(raw), causes, targets)


def _thumbnail(run: Run) -> np.ndarray:
    top, left, bottom, right = run.content
    photo = Image.fromarray(run.pixels[top:bottom, left:right])
    return np.asarray(photo.resize((SIDE, SIDE)))
