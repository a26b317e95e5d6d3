"""The study on screen: what is computed of the one that is chosen, or one that was kept."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from components.pictures import choice
from components.session import backend
from components.session.decoding import Decode
from components.session.state.workspace import Workspace
from xai_core.base.environment import machine, versions
from xai_core.base.errors import XaiError
from xai_core.pictures.preprocessing import InputSpec
from xai_core.studies.result import SIDE, StudiedPicture, StudyResult
from xai_core.studies.store import Table


def on_screen(space: Workspace) -> StudyResult | None:
    """None where nothing is computed yet."""
    if space.study_state.opened is not None:
        return space.study_state.opened
    table = choice.known(space)
    if table is None or not np.isfinite(table.curves).any():
        return None
    return draft(space, table)


def beside(space: Workspace) -> StudyResult | None:
    """The same for another page, which opens no model for it and tells no error of it."""
    if space.study_state.opened is not None:
        return space.study_state.opened
    source = space.sources.get(space.source)
    if source is not None and backend.is_open(source):
        with suppress(XaiError):
            return on_screen(space)
    return None


def draft(space: Workspace, table: Table | None = None) -> StudyResult:
    """What is chosen, with as many scores as there are. Raises `XaiError`."""
    source, study_state = space.sources[space.source], space.study_state
    card, verdict = backend.opened(source).card, space.verdicts.get(space.source)
    methods, subjects = choice.methods(space), choice.subjects(space)
    targets: Mapping[int, int | None] = table.targets if table else {}
    shape = (len(subjects), len(methods))
    nothing = Table(np.full(shape, np.nan), np.full((*shape, 1), np.nan), 0, {}, {})
    return StudyResult(
        model=space.source,
        model_sha256=card.sha256,
        model_format=card.format,
        pictures=tuple(
            StudiedPicture(one.name, one.sha256, targets.get(row), one.mask_sha256)
            for row, one in enumerate(subjects)
        ),
        methods=methods,
        table=table or nothing,
        recipe=replace(space.recipe, quantile=0.2 if space.quantile is None else space.quantile),
        seed=space.seed,
        target=study_state.target,
        other_inputs=tuple(map(str, source.options.other_inputs)),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=versions(),
        refused=dict(study_state.refused),
        input_spec=backend.spec_of(source),
        architecture=source.options.architecture,
        output=source.options.output,
        weights=source.options.weights,
        head_activation=source.options.head_activation,
        member=source.options.member,
        trusted=source.options.trust or bool(source.options.code),
        level=verdict.level if verdict else None,
        summary=verdict.summary if verdict else "",
        machine=machine(),
        pace=choice.study_of(space, source).pace,
    )


def pictured(found: StudyResult, paths: Mapping[str, Path], decode: Decode) -> StudyResult:
    """The same with a small picture of each whose file is there; for any thread."""
    small = {}
    for row, one in enumerate(found.pictures):
        with suppress(XaiError, KeyError):
            small[row] = thumbnail(paths[one.sha256], decode)
    return replace(found, thumbnails=small)


def thumbnail(path: Path, decode: Decode) -> np.ndarray:
    """A picture file, small. Raises `XaiError`."""
    spec = InputSpec(height=SIDE, width=SIDE, resize=SIDE)
    return decode(path, spec).picture
