"""Controls beside the methods: the chart, each method's twin on random weights, a plain verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import streamlit as st

from components.maps import tiles
from components.maps.tiles import Look, title_of
from components.ranking import chart
from components.session import problem, text
from components.session.jobs import queue
from components.session.processes import Access, known
from components.session.state.workspace import Workspace
from components.trust import control_job
from components.tuning.view import View
from components.widgets import map_grid
from xai_core.maps.canonical import before_removal, remove_baseline
from xai_core.maps.similarity import Similarity
from xai_core.runs.controls.base import CONTROLS
from xai_core.runs.manifest import maps_digest
from xai_core.runs.run import Score
from xai_core.runs.sanity import (
    TWIN,
    Checked,
    Controls,
    checked,
    picture_scores,
    similarities,
    twin_scores,
)

WHAT = (
    "A *control* is a map that owes nothing to what the model learned. A method that scores no "
    "better than its control, or that draws almost the same map for a model with random weights, "
    "tells little about the model."
)
Twins = Mapping[str, Mapping[str, Score]]


def show(space: Workspace, view: View) -> None:
    """Draw what the controls say of the run on screen."""
    made = control_job.of_run(space)
    for control in CONTROLS:
        st.markdown(f"**{control.title}.** {control.summary}  \n:small[{control.citation}]")
    if made is None:
        return
    picture, twins = _scores(space, made, view)
    found = _checked(space, made, view, picture, twins)
    _picture(space, made, view, picture)
    chart.show(view.scores, key="controls-chart", muted=_muted(picture, twins))
    st.caption("Dotted: controls. They stand among the methods and are never ranked.")
    for name in space.run.attributions:
        _method(space, made, view, name, found[name])


def sentence(title: str, one: Checked, failure: str | None = None) -> str:
    """What the random weights say of one method, for somebody who has never heard of the check."""
    shown = text.plain(title)
    if one.similarity is None:
        return f"**{shown}** has no twin on random weights. {problem.plain(failure or '')}".strip()
    if not one.similarity.defined:
        return f"**{shown}** cannot be judged: one of the two maps is flat."
    if one.insensitive:
        return (
            f"**{shown}** looks almost the same when three quarters of the weights are random: it "
            "shows the picture's edges more than what the model learned."
        )
    return (
        f"**{shown}** changes when three quarters of the weights are random: it depends "
        "on what the model learned. That alone does not make it right."
    )


def unbeaten(one: Checked) -> str:
    """Which controls score as well; empty where there is none."""
    titles = ", ".join(CONTROLS[name].title.lower() for name in one.not_beaten)
    return f"Scores no better than a control: {titles}." if titles else ""


def marks(space: Workspace, view: View) -> dict[str, str]:
    """What finished controls of the run on screen say against a method, by method."""
    made = control_job.of_run(space)
    if made is None:
        return {}
    found = _checked(space, made, view, *_scores(space, made, view))
    told = {
        name: " ".join(
            filter(None, ("Hardly depends on the weights." * one.insensitive, unbeaten(one)))
        )
        for name, one in found.items()
    }
    return {name: text for name, text in told.items() if text}


def verdicts(space: Workspace, view: View) -> dict[str, str]:
    """The sanity check of each method in a few words; empty where it was not computed."""
    made = control_job.of_run(space)
    if made is None:
        return {}
    found = _checked(space, made, view, *_scores(space, made, view))
    return {name: _verdict(one) for name, one in found.items()}


def _verdict(one: Checked) -> str:
    if one.similarity is None or not one.similarity.defined:
        told = "cannot be judged"
    elif one.insensitive:
        told = "hardly depends on the weights"
    else:
        told = "changes with the weights"
    return f"{told}; no better than a control" if one.not_beaten else told


def _scores(space: Workspace, made: Controls, view: View) -> tuple[Mapping[str, Score], Twins]:
    def compute() -> tuple[Mapping[str, Score], Twins]:
        with queue.shown("Scoring the controls with Quantus …") as turn:
            access = Access(turn)
            return (
                picture_scores(access, made, view.recipe),
                twin_scores(access, made, view.recipe),
            )

    return known().get(("control scores", made.digest, view.recipe), compute)


def _checked(
    space: Workspace, made: Controls, view: View, picture: Mapping[str, Score], twins: Twins
) -> dict[str, Checked]:
    recipe = replace(view.recipe, quantile=None)  # what is compared comes before the removal
    alike: Mapping[str, Similarity] = known().get(
        ("similarities", made.digest, maps_digest(space.run.attributions), recipe),
        lambda: similarities(space.run, made, recipe),
    )
    return checked(view.scores, picture, twins, alike)


def _muted(picture: Mapping[str, Score], twins: Twins) -> dict[str, Score]:
    alone = {CONTROLS[name].title: one for name, one in picture.items()}
    return alone | {
        f"{title_of(method)}, random weights": one for method, one in twins.get(TWIN, {}).items()
    }


def _picture(space: Workspace, made: Controls, view: View, picture: Mapping[str, Score]) -> None:
    shown = [tiles.photo(space.run)]
    for name, values in made.of_picture.items():
        removed = remove_baseline(before_removal(values, view.recipe)[0], view.quantile).values
        note, title = _note(view, picture[name]), CONTROLS[name].title
        shown.append(tiles.of_map(space.run, removed, Look(), title=title, note=note))
    map_grid.show(shown, key="controls-picture", tile_width=200, group="controls")


def _note(view: View, score: Score) -> str:
    told = f" · {score.after:.3f} nats" if np.isfinite(score.after) else ""
    return f"q = {view.quantile:.2f}{told}"


def _method(space: Workspace, made: Controls, view: View, name: str, one: Checked) -> None:
    run, title = space.run, title_of(name)
    note = _note(view, one.score)
    shown = [
        tiles.photo(run),
        tiles.of_map(run, view.removals[name].values, Look(), title=title, note=note),
    ]
    twin = made.of_methods.get(TWIN, {}).get(name)
    if twin is not None:
        removed = remove_baseline(before_removal(twin, view.recipe)[0], view.quantile).values
        note = _note(view, one.controls[TWIN])
        shown.append(
            tiles.of_map(run, removed, Look(), title=f"{title}, random weights", note=note)
        )
    st.header(text.plain(title), divider="gray")
    told = sentence(title, one, made.failures.get(name))
    (st.warning if one.insensitive else st.markdown)(told)
    if name in view.causes:
        st.caption(problem.plain(view.causes[name]))
    if one.similarity is not None and one.similarity.defined:
        st.caption(
            f"Similarity to its twin: rank correlation {one.similarity.rank:.2f} (Spearman), "
            f"structure {one.similarity.structure:.2f} (SSIM); 1 is the same map."
        )
    if unbeaten(one):
        st.warning(text.plain(unbeaten(one)), icon=":material/flag:")
    map_grid.show(shown, key=f"controls-{name}", tile_width=200, group="controls", toolbar=False)
