"""Autocast: whether it is offered where the chosen model runs, and whether it is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from components.methods import pace as pacing
from components.session import backend, choice
from components.session.state import chosen
from components.session.state.workspace import Source, Workspace
from xai_core.attribution.autocast import suited
from xai_core.attribution.result import Attribution
from xai_core.base.pace import MANY, Pace
from xai_core.runs.computation import samples_of

KEY = "autocast"
HELP = (
    f"On this GPU, methods that average {MANY} or more gradients can calculate in bfloat16, with "
    "two to three digits instead of seven. That is meant to take less time, and every sample comes "
    "out a little different. How much is measured on the first samples and stands below the maps; "
    "the mean of all samples is mostly closer. *Many pictures* always stays in float32."
)


def show(space: Workspace) -> None:
    """Draw the choice where the chosen model's process runs on a GPU; else nothing."""
    source = space.sources[space.source]
    if not (backend.is_open(source) and backend.opened(source).card.autocast):
        return
    label = "Autocast: fewer digits, to save time"
    space.autocast = choice.value(st.toggle, label, space.autocast, key=KEY, help=HELP)


def pace_of(space: Workspace, source: Source) -> Pace:
    """What an open model is run with: its pace, and autocast where that is wanted and offered."""
    return replace(pacing.known(source), autocast=wanted(space, source))


def wanted(space: Workspace, source: Source) -> bool:
    """Whether a model is to be run so. One that is not open yet may turn out to be on a CPU."""
    if not space.autocast:
        return False
    return not backend.is_open(source) or backend.opened(source).card.autocast


def changed(space: Workspace) -> list[str]:
    """Methods of the run on screen that would be run otherwise now."""
    pace = Pace(autocast=wanted(space, space.sources[space.source]))
    asked, done = chosen.asked(space), space.run.attributions
    return [
        name
        for name, given in asked.items()
        if name in done and done[name].pace.autocast != _autocasts(pace, name, given, done[name])
    ]


def _autocasts(pace: Pace, name: str, given: Mapping[str, Any], one: Attribution) -> bool:
    samples = samples_of({name: given}, one.values.shape[1:])[name]
    return suited(pace, name, samples, given).autocast
