"""A result card that was uploaded: it brings its view back, instead of being explained itself."""

from __future__ import annotations

import hashlib

import streamlit as st

from components.runs import study_link
from components.session import backend, choice, decoding, problem, run_source
from components.session.state.workspace import Photo, UploadedCard, Workspace
from components.tuning import quantile
from components.tuning.recipe_form import GRIDS
from xai_core.attribution.variants.several import merged
from xai_core.base.errors import InputError
from xai_core.maps.recipe import Recipe
from xai_core.report import stamp
from xai_core.report.stamp import Stamp
from xai_core.report.study import stamp as study_stamp
from xai_core.report.study.stamp import StudyStamp


def recognised(space: Workspace, photo: Photo, data: bytes) -> bool:
    """Whether a picture is a result card; its view is brought back then, as far as it can be."""
    try:
        study = study_stamp.read(data, decoding.png_text)
        if study is not None:
            space.returned = UploadedCard(photo, _study(space, study))
            return True
        found = stamp.read(data, decoding.png_text)
    except InputError as error:
        space.returned = UploadedCard(photo, (str(error),))
        return True
    if found is None:
        space.returned = None
        return False
    space.returned = UploadedCard(photo, _brought_back(space, found))
    return True


def show(space: Workspace) -> None:
    """Say what came back and what is missing, and offer the card as a photo."""
    card = space.returned
    if card is None:
        return
    st.info("  \n".join(problem.plain(one) for one in card.told), icon=":material/history:")
    if st.button("Use it as a photo anyway", key="returned-as-photo"):
        space.add_photo(card.photo)
        space.returned = None
        st.rerun()


def _brought_back(space: Workspace, found: Stamp) -> tuple[str, ...]:
    missing = _model(space, found) + _photo(space, found)
    space.target = found.target
    space.seed = found.seed
    methods = merged(found.methods)
    space.chosen = [*methods]
    for name, given in methods.items():
        space.settings[name] = dict(given)
    choice.renew(*run_source.DRAWN)
    _recipe(space, found.recipe)
    return ("This result card brought its view back.", *missing)


def _study(space: Workspace, found: StudyStamp) -> tuple[str, ...]:
    try:
        if found.run is not None:
            study_link.open_(space, found.run)
            quantile.choose(space, found.quantile)
            return ("This result card brought its study back, on the page Many pictures.",)
    except InputError:
        pass  # it was deleted, or is on another server
    told = f"the study of {found.model} on {found.pictures} pictures is not kept on this server"
    return ("This is the result card of a study.", f"Missing: {told}.")


def _recipe(space: Workspace, recipe: Recipe) -> None:
    grid = next((name for name, size in GRIDS.items() if size == recipe.grid), "input size")
    space.recipe = Recipe(channels=recipe.channels, sign=recipe.sign, grid=GRIDS[grid])
    quantile.choose(space, recipe.quantile)
    space.quantile_page = ""  # the slider takes the new value, as on a change of pages


def _model(space: Workspace, found: Stamp) -> tuple[str, ...]:
    run = space.run
    for title, source in space.sources.items():
        known = title == run.model
        inspected = None if known else backend.inspected(source.path, source.file)
        if (inspected.sha256 if inspected else run.model_sha256) == found.model_sha256:
            space.source = title
            return ()
    return (f"Missing: the model {found.model}, SHA-256 {found.model_sha256[:12]}…",)


def _photo(space: Workspace, found: Stamp) -> tuple[str, ...]:
    for name, photo in space.photos.items():
        if hashlib.sha256(photo.path.read_bytes()).hexdigest() == found.picture_sha256:
            space.photo = name
            return ()
    return (f"Missing: the picture {found.picture}, SHA-256 {found.picture_sha256[:12]}…",)
