"""A model on its way, step by step, with the time that each takes, and a way to stop it."""

from __future__ import annotations

import streamlit as st

from components.maps.progress import POLL_SECONDS
from components.session import problem, text
from components.session.jobs.queue import position_text
from components.session.opening import control as opening
from components.session.state.opening import OpeningState
from components.session.state.workspace import Workspace
from xai_core.readiness.steps import STEPS, Step

SAID: dict[Step, str] = {
    "read": "Read the file",
    "load": "Load it in a process of its own",
    "run": "Run it on the picture",
    "gradient": "Follow the gradient to the input",
    "proof": "Prove it against finite differences",
}
UNPROVEN = STEPS[: STEPS.index("gradient")]
PROOF = "The proof may take up to {:.0f} s. What is not proven by then is said to be so."


def show(space: Workspace) -> bool:
    """Draw it where the verdict will stand; whether there is something to wait for or to do."""
    state = space.opening
    if state.job is not None:
        st.header(problem.plain(state.title), divider="gray")
        _steps(space)
        return True
    if state.refusal is not None:
        _refused(space, state)
    if opening.is_there(space, proven=True):
        return False
    st.header(problem.plain(space.source), divider="gray")
    if state.stopped:
        st.info(problem.plain(f"Stopped. {state.title} was not opened."), icon=":material/stop:")
    st.button(
        "Open and check this model",
        key="opening-again",
        type="primary",
        icon=":material/play_circle:",
        on_click=opening.again,
        args=(space,),
    )
    return True


def beside(space: Workspace, *, key: str) -> None:
    """Draw the same in a line or two, on a page of something else."""

    @st.fragment(run_every=POLL_SECONDS)
    def poll() -> None:
        state = space.opening
        if state.job is None or state.job.finished:
            st.rerun()
        st.progress(_share(state), text=problem.plain(f"Opening {state.title}: {_now(state)}"))
        _cancel(space, key)

    if space.opening.job is not None:
        poll()
    else:
        st.caption("The model is not open.")
        st.button("Open it", key=f"{key}-open", on_click=opening.again, args=(space,))


def _steps(space: Workspace) -> None:
    @st.fragment(run_every=POLL_SECONDS)
    def poll() -> None:
        state = space.opening
        if state.job is None or state.job.finished:
            st.rerun()
        left, right = st.columns([4, 1])
        label = f"{_now(state)} · {_told(state.steps.elapsed)}"
        box = left.status(text.plain(label), expanded=True)
        for step in STEPS if state.proven else UNPROVEN:
            box.markdown(_line(state, step))
        if state.proven:
            limit = space.sources[state.title].proof_seconds
            box.caption(text.plain(PROOF.format(limit)))
        with right:
            _cancel(space, "opening")

    poll()


def _cancel(space: Workspace, key: str) -> None:
    st.button(
        "Cancel",
        key=f"{key}-cancel",
        icon=":material/stop:",
        width="stretch",
        on_click=opening.cancel,
        args=(space,),
        help="Nothing of it is left running. What was open before is chosen again.",
    )


def _refused(space: Workspace, state: OpeningState) -> None:
    if state.refusal is None:
        return
    st.markdown(problem.plain(f"{state.refused} could not be opened."))
    problem.show(state.refusal)
    if state.before is not None and state.before.title != space.source:
        st.button(
            text.plain(f"Back to {state.before.title}"),
            key="opening-back",
            icon=":material/undo:",
            on_click=opening.back,
            args=(space,),
        )


def _line(state: OpeningState, step: Step) -> str:
    """Done, at work or to come, with the time that it took."""
    now, seconds = state.steps.now, state.steps.seconds(step)
    took = "" if seconds is None else f" :gray[· {_told(seconds)}]"
    place = -1 if now is None else STEPS.index(now)
    if STEPS.index(step) < place:
        return f":green[:material/check_circle:] {SAID[step]}{took}"
    if STEPS.index(step) == place:
        return f":blue[:material/pending:] **{SAID[step]}**{took}"
    return f":gray[:material/circle: {SAID[step]}]"


def _now(state: OpeningState) -> str:
    if state.turn.before:
        return position_text(state.turn.before)
    return "Starting a process" if state.steps.now is None else SAID[state.steps.now]


def _told(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def _share(state: OpeningState) -> float:
    return 0.0 if state.steps.now is None else STEPS.index(state.steps.now) / len(STEPS)
