"""Asking the model for the metrics that are not known yet: start, watch, cancel."""

from __future__ import annotations

import threading

import streamlit as st

from components.maps import progress
from components.session import origin
from components.session.keeping import beside
from components.session.keeping.beside import Place
from components.session.layout import own_place
from components.session.processes import Access
from components.session.state.workspace import Source, Workspace
from components.trust.measurements import Measurements, add, keep, key_of
from xai_core.base.arrays import Inputs
from xai_core.base.errors import MethodError, ModelError, XaiError
from xai_core.base.progress import Progress
from xai_core.runs.run import Run
from xai_core.scores.measurement import Measurement, samples
from xai_core.scores.metrics.base import METRICS


@own_place
def show(space: Workspace, measurements: Measurements, *, key: str) -> None:
    """Draw the button for what is missing, or the progress of what runs."""
    measuring = space.measuring
    job = measuring.job
    if job is not None:
        progress.watch(measuring, job, key=key, finish=lambda _: None)
        return
    progress.noted(measuring, "Cancelled. What was computed by then is kept.")
    if not measurements.missing:
        return
    left, right = st.columns([3, 1], vertical_alignment="center")
    titles = dict.fromkeys(METRICS[metric].title for metric, _ in measurements.missing)
    left.info(
        f"Not computed yet at this quantile: {', '.join(titles)}. That sends "
        f"{_total(measurements):,} samples through the model.",
        icon=":material/hourglass_empty:",
    )
    lacking = origin.lacking(space)
    if progress.start_button(right, "Compute", key=key, first=True, lacking=lacking):
        _start(space, measurements)
        st.rerun()


def _start(space: Workspace, measurements: Measurements) -> None:
    measuring = space.measuring
    measuring.clear()
    try:
        source, inputs = origin.of_run(space)
    except XaiError as error:
        measuring.failure = str(error)
        return
    access, place = Access(measuring.turn), beside.own(space)

    def work(tick: Progress, cancel: threading.Event) -> None:
        access.cancel = cancel
        _measure(access, source, inputs, measurements, tick, cancel, place)

    measuring.begin("measuring", work)


def _measure(
    access: Access,
    source: Source,
    inputs: Inputs,
    measurements: Measurements,
    tick: Progress,
    cancel: threading.Event,
    place: Place,
) -> None:
    """What has been computed stays known, and beside its run, also when the rest is cancelled."""
    run, recipe, total, done = measurements.run, measurements.recipe, _total(measurements), 0
    with access.model(source) as held:
        for metric, name in measurements.missing:
            before = done

            def advance(now: int, _: int, before: int = before) -> None:
                tick(before + now, total)

            key = key_of(run, recipe, (metric, name))
            try:
                one = held.worker.measure(
                    inputs, run.attributions[name], recipe, metric, progress=advance, cancel=cancel
                )
            except (MethodError, ModelError) as error:  # the others may still be defined
                one = Measurement(None, str(error))
            else:  # a failure is tried again after a restart: there may be more memory then
                add(place, {key: one})
            keep(key, one)
            done += _samples(run, metric, name)
            tick(done, total)


def _samples(run: Run, metric: str, name: str) -> int:
    return 1 + samples(metric, run.attributions[name], run.attributions[name].values.shape[1:])


def _total(measurements: Measurements) -> int:
    return sum(_samples(measurements.run, *place) for place in measurements.missing)
