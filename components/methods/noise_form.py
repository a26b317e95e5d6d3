"""The noise that a model bears, measured, and put into the forms of methods by a click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from components.maps import progress
from components.methods import fields, noise_curve, noise_job
from components.session import choice, problem, text
from components.session.state.workspace import NoiseState, Workspace
from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.noise.rule import ALPHA, NoiseLevel, NoiseType
from xai_core.base.errors import XaiError
from xai_core.base.parameters import build, describe

NOISES = {"std", "sg_std"}
MEASURED = (
    "Adds more and more noise to the weights and watches the predictions: the level is where they "
    "have fallen by 5 % of the way to chance."
)


def show(space: Workspace) -> None:
    """Draw it for the chosen methods that add noise; nothing where there are none."""
    noisy = [name for name in space.chosen if NOISES & _parameters(name)]
    if not noisy:
        return
    st.markdown("**How much noise does the model bear?**")
    if space.noise_state.job is not None:
        noise_job.watch(space, space.noise_state.job, key="noise")
        return
    _on_what(space)
    noise_type = _noise_type(space, noisy)
    found = space.noise_state.found.get(noise_job.key_of(space, noise_type))
    progress.noted(space.noise_state)
    photos = noise_job.photos(space)
    if st.button(
        "Measure the noise level" if found is None else "Measure again",
        key="noise-start",
        icon=":material/speed:",
        disabled=not photos,
        help=MEASURED if photos else "Choose a picture first.",
    ):
        noise_job.start(space, noise_type)
        st.rerun()
    if found is not None:
        chosen = _levels(found)
        for name in noisy:
            _offer(space, name, chosen, noise_type)


def _parameters(method: str) -> set[str]:
    return {info.name for info in describe(METHODS[method].Parameters)}


def _noise_type(space: Workspace, noisy: Sequence[str]) -> NoiseType:
    """That of the first method with noise on its weights."""
    types = (space.parameters(name).get("noise_type") for name in noisy)
    return next(filter(None, types), "multiplicative")


def _on_what(space: Workspace) -> None:
    """The pictures, and their true classes where a person knows them."""
    noise_state = space.noise_state
    left, right = st.columns(2)
    chosen = choice.several(
        left.multiselect,
        "Pictures to measure on",
        list(space.photos),
        noise_job.photos(space),
        key="noise-pictures",
    )
    noise_state.pictures = None if chosen == [space.photo] else chosen
    with right:
        _ask_classes(noise_state, chosen)
    st.caption(
        "By accuracy: the true class of every picture is given."
        if noise_job.classes(space) is not None
        else "By agreement with the top class of the model without noise, since true classes are "
        "not given. Noisy copies join the pictures until there are 16."
    )


def _ask_classes(noise_state: NoiseState, names: Sequence[str]) -> None:
    known = pd.array([noise_state.classes.get(name) for name in names], dtype="Int64")
    number = st.column_config.NumberColumn
    edited = st.data_editor(
        pd.DataFrame({"Picture": names, "True class": known}),
        key=f"noise-classes-{'/'.join(names)}",
        hide_index=True,
        placeholder="not known",
        disabled=["Picture"],
        column_config={
            "True class": number(min_value=0, step=1, help="Its index; empty where not known.")
        },
    )
    for name, value in zip(edited["Picture"], edited["True class"], strict=True):
        if pd.isna(value):
            noise_state.classes.pop(name, None)
        else:
            noise_state.classes[name] = int(value)


def _levels(found: NoiseLevel) -> NoiseLevel:
    """The curve, and the two levels as a person wants them."""
    st.markdown(problem.plain(found.reason))
    key = f"noise-{found.weight_std:g}-{found.input_std:g}"
    left, right = st.columns(2)
    std = left.number_input(
        "Level on the weights", 0.0, None, found.weight_std, 0.01, "%.3g", key=f"{key}-std"
    )
    sg_std = right.number_input(
        "Level on the picture",
        0.0,
        None,
        found.input_std,
        0.05,
        "%.3g",
        key=f"{key}-sg",
        help=f"{ALPHA:.0%} of the range of the preprocessed pictures, by the same rule.",
    )
    noise_curve.show(found, std, key="noise-curve")
    kept = noise_curve.kept_at(found, std)
    told = "is beyond what was measured" if kept is None else f"keeps {kept:.0%} of the predictions"
    st.caption(f"A level of {std:.3g} on the weights {told}.")
    return replace(found, weight_std=std, input_std=sg_std)


def _offer(space: Workspace, method: str, found: NoiseLevel, noise_type: NoiseType) -> None:
    values: dict[str, Any] = dict(found.settings(method))
    told = ", ".join(f"{name} = {value:g}" for name, value in values.items())
    halves = " (half of each)" if len(values) > 1 else ""
    if "std" in values:  # as it was measured
        values |= {"noise_type": noise_type, "mean": 0.0 if noise_type == "additive" else 1.0}
    try:
        build(METHODS[method].Parameters, {**space.parameters(method), **values})
    except XaiError as error:  # the pictures of this model may have a far larger range
        st.caption(
            f"{text.title_of(method)} cannot take {text.plain(told)}: {problem.plain(str(error))}"
        )
        return
    st.button(
        f"Use for {text.title_of(method)}: {text.plain(told)}{halves}",
        key=f"noise-use-{method}",
        icon=":material/done:",
        on_click=fields.put,
        args=(space, method, values),
    )
