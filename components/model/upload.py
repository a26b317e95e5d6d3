"""Open a model file: look inside first, then load it; without its code where that is possible."""

from __future__ import annotations

import streamlit as st

from components.model.form import inspection, member_choice, other_inputs, weights_choice
from components.model.tabs import labels_form
from components.session import backend, decoding, problem, text, upload
from components.session.opening import control as opening
from components.session.state.workspace import Pending, Source, Workspace
from components.session.upload import Arrival
from xai_core.base.errors import XaiError
from xai_core.base.storage.files import modules_of
from xai_core.models.formats.base import Inspection, LoadOptions

FILE, CODE, LABELS = "model-file", "model-code", "model-labels"
SMALL_MB = 10


def show(space: Workspace, *, second: bool = False) -> None:
    """Draw the drop zone, or what the file that came says of itself.

    Args:
        second: what is opened becomes the second one of two models, and is not chosen.
    """
    most = st.get_option("server.maxUploadSize")
    upload.arrived(FILE, most, lambda one: _take(space, one), as_one=True)
    if space.pending is None:
        upload.uploader(
            "PyTorch, Hugging Face, ONNX, Keras or TensorFlow; also in an archive or a package "
            "(MLflow, TorchServe, SageMaker). It is looked into without being run.",
            key=FILE,
            help="Files that belong together: choose them at once, or give a zip of their folder.",
            accept_multiple_files=True,
        )
        return
    with st.container(border=True), problem.guarded():
        _pending(space, space.pending, second)


def _take(space: Workspace, arrival: Arrival) -> None:
    name, data = arrival
    space.pending = Pending(name, upload.kept(data, "models"))
    upload.clear_problems(CODE, LABELS)  # they were about another model's


def _pending(space: Workspace, pending: Pending, second: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{problem.plain(pending.name)}**", width="stretch")
        removed = st.button("Remove this file", icon=":material/close:")
    if removed:
        upload.dropped(pending.path)  # held again at once where the session has it open, too
        space.pending = None
        st.rerun()
    try:
        found = backend.inspected(pending.path, pending.name, pending.member)
    except XaiError as error:
        if not member_choice.asked(pending, error):
            _rejected(error)
        return
    member_choice.before(pending, found.members)
    inspection.show(found)
    _open(space, pending, found, second)


def _open(space: Workspace, pending: Pending, found: Inspection, second: bool) -> None:
    if pending.refusal is not None:  # before anybody types in the form
        other_inputs.proposed(pending, pending.refusal)
    trust, architecture = _given(pending, found)
    if st.button("Open this model", type="primary", icon=":material/play_circle:"):
        pending.refusal = None
        try:
            code = upload.kept_code(pending.code)
            options = LoadOptions(
                architecture=architecture or None,
                code=code,
                trust=trust,
                other_inputs=other_inputs.given(pending),
                member=pending.member,
            )
            source = Source(pending.name, pending.path, options, pending.labels)
            opening.add(space, source, second=second, pending=pending)
        except XaiError as error:
            pending.refusal = error
        st.rerun()
    if pending.refusal is not None:
        _rejected(pending.refusal)


def _rejected(error: XaiError) -> None:
    st.badge("Rejected", color="red", icon=":material/cancel:")
    problem.show(error)
    weights_choice.build_file(error)
    st.caption("The model that was open is still open.")


def _given(pending: Pending, found: Inspection) -> tuple[bool, str]:
    """What the user adds to the file: code and class names are kept with it."""
    upload.arrived(CODE, SMALL_MB, lambda one: _take_code(pending, one))
    upload.arrived(LABELS, SMALL_MB, lambda one: _take_labels(pending, one))
    other_inputs.take(pending)
    needs_more = found.needs_trust or bool(found.missing) or bool(pending.others)
    with st.expander("Its Python code, class names and other inputs", expanded=needs_more):
        upload.uploader(
            "The .py files that define its classes",
            key=CODE,
            type=["py"],
            accept_multiple_files=True,
            max_upload_size=SMALL_MB,
        )
        given = st.empty()  # what follows stays in its place: the old box would show beside the new
        if pending.code:
            given.caption(f"Given: {', '.join(map(problem.plain, pending.code))}")
        trust = st.checkbox(
            "I trust this file and its code: they may run anything in the model's process",
            key=f"trust-{found.sha256}",
        )
        architecture = st.text_input(
            "Architecture, builder or nodes",
            pending.architecture,
            help="For weights: a known architecture's name, or the "
            "function in the code that builds the model. For a bare graph: its nodes, "
            "`input:0->output:0`. Empty: found by itself.",
        )
        upload.uploader(
            labels_form.PROMPT, key=LABELS, type=labels_form.TYPES, max_upload_size=SMALL_MB
        )
        if pending.labels:
            st.caption(f"Given: {text.counted(len(pending.labels), 'class name')}")
        other_inputs.show(pending)
    return trust, architecture


def _take_code(pending: Pending, arrival: Arrival) -> None:
    name, data = arrival
    modules_of({**pending.code, name: data})
    pending.code[name] = data


def _take_labels(pending: Pending, arrival: Arrival) -> None:
    pending.labels = decoding.class_names(arrival[1])
