"""What the run on screen was computed with: the session's model and picture, where it has them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from components.session import choice, problem
from components.session.state.workspace import Photo, Source, Workspace
from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.variants.names import base_of
from xai_core.attribution.variants.several import merged
from xai_core.base.errors import XaiError
from xai_core.base.parameters import build
from xai_core.base.storage.files import data_folder
from xai_core.models.formats.base import LoadOptions
from xai_core.runs.opening import opening_of
from xai_core.runs.run import Run
from xai_core.studies.result import StudyResult

OPENING = (
    "architecture",
    "output",
    "weights",
    "head_activation",
    "member",
)  # of `LoadOptions` and `Run`
# How the keys of forms begin that keep what is drawn in them only when it is complete.
DRAWN = ("parameter-", "target-", "recipe-")


def note(space: Workspace) -> None:
    """Say that the run's model is not here, where that is so."""
    if model_of(space) is None:
        run = space.run
        st.info(
            f"On screen is a kept run of **{problem.plain(run.model)}** on "
            f"**{problem.plain(run.picture)}**. This run's model is not in this session; open its "
            "file on the model page to compute more "
            f"(SHA-256 {problem.plain(run.model_sha256[:12])}…).",
            icon=":material/visibility:",
        )


def opened_alike(options: LoadOptions, run: Run | StudyResult) -> bool:
    """Whether a model was opened as that of the run was.

    With trust or code that has to be proven: what a trusted model computed is nobody else's.
    """
    if isinstance(run, Run) and run.opening:
        return opening_of(options) == run.opening
    trusted = options.trust or bool(options.code)
    proven = isinstance(run, StudyResult) or not run.trusted
    alike = all(getattr(options, name) == getattr(run, name) for name in OPENING)
    return alike and trusted == run.trusted and proven


def is_of(source: Source | None, run: Run | StudyResult) -> bool:
    """Whether a source is the run's model: the same bytes, opened alike."""
    return (
        source is not None
        and source.path.exists()
        and opened_alike(source.options, run)
        and sha256_of(str(source.path)) == run.model_sha256
    )


def model_of(space: Workspace, run: Run | StudyResult | None = None) -> str | None:
    """The title of the session's model that a run is of; of the one on screen where None."""
    run = run or space.run
    same = [title for title, one in space.sources.items() if is_of(one, run)]
    return run.model if run.model in same else next(iter(same), None)


def show(space: Workspace, run: Run, *, own: bool) -> None:
    """Put a run on screen, with all that it was computed with as far as that is here.

    Args:
        own: it is this visitor's, who may use the uploaded files again. A link is only a view.
    """
    space.run = run
    if own:
        _offer_files(space, run)
    title = model_of(space)
    if title is not None:
        space.source = title
    photo = next(
        (name for name, one in space.photos.items() if _is(one.path, run.picture_sha256)), None
    )
    if photo is not None:
        space.photo = photo
    if title is not None and photo is not None:
        top = run.guesses[0].index if run.guesses else None
        space.target = None if run.asked == top else run.asked
    _settle(space, run)


def _settle(space: Workspace, run: Run) -> None:
    """Take over methods, parameters, seed, autocast and recipe, also in their widgets."""
    space.recipe = replace(run.recipe, crop=None, quantile=0.2)
    known = [name for name in run.attributions if name in METHODS]
    space.chosen = list(dict.fromkeys(map(base_of, known)))
    space.settings |= merged(dict(_fitting(run, known)))
    space.seed = next((run.attributions[name].seed for name in known), space.seed)
    space.autocast = any(run.attributions[name].pace.autocast for name in known)
    choice.renew(*DRAWN)


def _fitting(run: Run, names: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The parameters that a form here can show; another version may have had others."""
    for name in names:
        given = dict(run.attributions[name].parameters)
        with suppress(XaiError):
            build(METHODS[name].Parameters, given)
            yield name, given


def _offer_files(space: Workspace, run: Run) -> None:
    """Uploads of an earlier session; trust is not given again by itself."""
    model = data_folder() / "models" / run.model_sha256
    if model_of(space) is None and not run.trusted and _is(model, run.model_sha256):
        options = LoadOptions(**{name: getattr(run, name) for name in OPENING})
        space.add_source(Source(run.model, model, options, spec=run.input_spec))
    picture = data_folder() / "pictures" / run.picture_sha256
    if _is(picture, run.picture_sha256):
        space.add_photo(Photo(run.picture, picture))


def _is(path: Path, sha256: str) -> bool:
    return path.is_file() and sha256_of(str(path)) == sha256


@st.cache_data(max_entries=512, show_spinner=False)
def sha256_of(path: str) -> str:
    """Of a file. Uploads are named by it; of others it is computed once."""
    file = Path(path)
    if file.parent.parent == data_folder():
        return file.name
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
