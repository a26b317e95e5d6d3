"""What a study is of: pictures, class, methods; and what is known of it already."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import streamlit as st

from components.session import backend, choice, problem
from components.session.state import chosen
from components.session.state.workspace import Source, Workspace
from xai_core.base.storage.files import data_folder
from xai_core.base.target import Target, over_pictures
from xai_core.demo.wafer.examples import EXAMPLES
from xai_core.demo.wafer.kinds import NONE
from xai_core.models.peek.digest import digest
from xai_core.scores.metrics.base import METRICS, MaskMetric
from xai_core.scores.public.asked_metric import AskedMetric
from xai_core.studies.computation import Subject
from xai_core.studies.store import Methods, Setting, Study, Table, complete

TOP, ONE, SIDEBAR = "each picture's top class", "one class for all", "what the sidebar says"


def target(space: Workspace) -> None:
    """Draw what is explained in every picture."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    other = isinstance(space.target, Target)
    rule = choice.one(
        left.radio,
        "What to explain",
        [TOP, ONE, SIDEBAR] if other else [TOP, ONE],
        _rule(space.study_state.target),
        key="many-rule",
        later=True,
        horizontal=True,
    )
    if rule == SIDEBAR:
        space.study_state.target = space.target
        st.caption(f"Explained is {problem.plain(over_pictures(space.target))}.")
        return
    if rule == TOP:
        space.study_state.target = None
        return
    space.study_state.index = space.study_state.target = choice.value(
        right.number_input, "Class index", space.study_state.index, key="many-class", min_value=0
    )


def _rule(target: int | Target | None) -> str:
    if target is None:
        return TOP
    return ONE if isinstance(target, int) else SIDEBAR


def subjects(space: Workspace) -> list[Subject]:
    """The pictures of the study; the same file under two names counts once."""
    photos = [space.photos[name] for name in space.study_state.photos if name in space.photos]
    found: dict[str, Subject] = {}
    for photo in (*photos, *space.study_state.uploaded.values()):
        sha256 = _sha256(photo.path)
        mask = photo.mask or _known_masks().get(photo.path)
        before = found.setdefault(sha256, Subject(photo.name, photo.path, sha256))
        if before.mask is None and mask is not None:
            counts = space.study_state.localise
            found[sha256] = replace(
                before, mask=mask, mask_sha256=_digest(mask) if counts else None
            )
    return list(found.values())


def methods(space: Workspace) -> Methods:
    """The chosen methods with all their parameters."""
    return complete(chosen.asked(space))


def metrics(space: Workspace) -> tuple[str, ...]:
    """What is measured of each map beside its score."""
    state = space.study_state
    return tuple(
        str(AskedMetric.of(name, state.metric_settings.get(name, {}), state.removal))
        for name in measured(space)
    )


def measured(space: Workspace) -> list[str]:
    """The names of these, in whatever order they were chosen; those on masks last."""
    state = space.study_state
    on_mask = [one.name for one in METRICS if isinstance(one, MaskMetric)]
    chosen = [name for name in METRICS.names() if name in state.metrics]
    return [*chosen, *on_mask] if state.localise else chosen


def known(space: Workspace) -> Table | None:
    """What is computed already of what is chosen; None where the model was never opened."""
    source = space.sources[space.source]
    if not space.chosen or not backend.is_open(source):
        return None
    study = study_of(space, source)
    return study.table([one.sha256 for one in subjects(space)], methods(space))


def study_of(space: Workspace, source: Source) -> Study:
    """Its entries; those of another setting are let go of."""
    setting = Setting(
        model_sha256=backend.opened(source).card.sha256,
        options=source.options,
        spec=backend.spec_of(source),
        seed=space.seed,
        recipe=space.recipe,
        target=space.study_state.target,
        metrics=metrics(space),
    )
    found = space.study_state.study
    if found is None or found.setting != setting:
        found = space.study_state.study = Study(setting)
    if space.study_state.job is None:  # what is computed keeps to the masks that it began with
        found.meet(subjects(space))
    return found


@cache
def _known_masks() -> dict[Path, Path]:
    """Of the wafer demo's pictures."""
    return {one.path: one.mask_path for one in EXAMPLES.values() if one.kind != NONE}


def _digest(mask: Path) -> str | None:
    try:
        return _sha256(mask)
    except OSError:  # gone; who reads it says so
        return None


def _sha256(path: Path) -> str:
    """Of an upload, which is called by it, also where its file is gone by now."""
    uploaded = path.parent == data_folder() / "pictures"
    return path.name if uploaded else digest(path).sha256
