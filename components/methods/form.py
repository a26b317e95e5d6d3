"""A form for a method's parameters, made from its dataclass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from components.methods import baseline_chooser, fields, layer_chooser, noise_form, precision
from components.session import choice, problem, text
from components.session.state.workspace import Workspace
from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.variants.several import EACH
from xai_core.base.errors import XaiError
from xai_core.base.parameters import ParameterInfo, build, describe
from xai_core.pictures.backgrounds.held import HOLDS, PARAMETER
from xai_core.pictures.region import shown

MASK = "mask"  # what no field can take; it comes with a card, from a caller of the library
NO_FIELD = (MASK, HOLDS)


def of_chosen(space: Workspace) -> None:
    """Draw the seed, autocast, and the form of every chosen method, behind a heading."""
    with st.expander("Parameters", icon=":material/tune:"):
        space.seed = int(
            choice.value(
                st.number_input,
                "Seed of all random draws",
                space.seed,
                key="seed",
                min_value=0,
                max_value=2**31 - 1,
            )
        )
        precision.show(space)
        if space.chosen:
            for tab, name in zip(
                st.tabs([text.title_of(name) for name in space.chosen]), space.chosen, strict=True
            ):
                with tab:
                    show(space, name)
        noise_form.show(space)


def show(space: Workspace, method: str) -> None:
    """Draw the form; a change is kept at once, a wrong value is refused with its reason."""
    plugin = METHODS[method]
    st.markdown(f"{plugin.summary}  \n:small[{plugin.citation}]")
    infos = describe(plugin.Parameters)
    if not infos:
        st.caption("No parameters.")
        return
    given = _masks(space, method, infos)
    usual = [info for info in infos if not info.added]
    rare = [info for info in infos if info.added and info.holds not in NO_FIELD]
    _fields(space, method, usual, given)
    if rare:
        with st.expander("More parameters"):
            _fields(space, method, rare, given)
    if baseline_chooser.wanted(plugin.Parameters, given):
        given[PARAMETER] = baseline_chooser.show(space, method)
    try:
        build(plugin.Parameters, given)
    except XaiError as error:
        problem.show(error)
        return
    space.settings[method] = given


def _masks(space: Workspace, method: str, infos: Sequence[ParameterInfo]) -> dict[str, Any]:
    """Masks that a method has; each can be left out, for a model of another size."""
    given = {}
    for info in infos:
        value = space.parameters(method)[info.name] if info.holds == MASK else ""
        if value:
            given[info.name] = value
            st.button(
                f"Leave out {info.name}: {text.plain(shown(value))}",
                help=info.help,
                key=f"{method}-{info.name}-out",
                on_click=lambda name=info.name: space.settings[method].pop(name, None),
            )
    return given


def _fields(
    space: Workspace, method: str, infos: Sequence[ParameterInfo], given: dict[str, Any]
) -> None:
    columns = st.columns(min(4, len(infos)))
    for place, info in enumerate(infos):
        with columns[place % len(columns)]:
            given[info.name] = _field(space, method, info)


def _field(space: Workspace, method: str, info: ParameterInfo) -> Any:
    if info.holds == EACH:
        return layer_chooser.show(space, method, info)
    value = space.parameters(method)[info.name]
    return fields.draw(info, value, fields.key_of(method, info.name))
