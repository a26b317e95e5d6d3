"""Open a model file: look inside first, then load it; without its code where that is possible."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from components import backend, problem
from components.state import Source, Workspace
from xai_core.errors import InputError, XaiError
from xai_core.files import keep, keep_code
from xai_core.formats.base import Inspection, LoadOptions

TURN = "model-upload-turn"


def show(space: Workspace) -> None:
    """Draw the upload, and what the chosen file says of itself."""
    turn = st.session_state.setdefault(TURN, 0)
    with st.expander("Open a model file", icon=":material/upload_file:", key=f"open-{turn}"):
        upload = st.file_uploader(
            "PyTorch model or weights. It is looked into without being run.",
            key=f"model-upload-{turn}",
        )
        if upload is None:
            return
        with problem.guarded():
            path = keep(upload.getvalue(), "models")
            inspection = backend.inspected(path)
            _inside(inspection)
            _open(space, upload.name, path, inspection)


def _inside(inspection: Inspection) -> None:
    size = inspection.size / 1e6
    st.markdown(
        f"Recognised as `{inspection.format}`, {size:.1f} MB, SHA-256 `{inspection.sha256[:16]}…`"
    )
    st.caption(
        " · ".join(
            f"{problem.plain(heading)}: {problem.plain(text)}"
            for heading, text in inspection.facts.items()
        )
    )
    for finding in inspection.findings:
        show_as = st.error if finding.severity == "error" else st.info
        show_as(f"{problem.plain(finding.message)} {problem.plain(finding.hint)}")


def _open(space: Workspace, name: str, path: Path, inspection: Inspection) -> None:
    needs_more = inspection.needs_trust or bool(inspection.missing)
    code: tuple[Path, ...] = ()
    trust = False
    with st.expander("Its Python code and class names", expanded=needs_more):
        files = st.file_uploader(
            "The .py files that define its classes",
            type=["py"],
            accept_multiple_files=True,
            max_upload_size=10,
        )
        if files:
            code = keep_code({file.name: file.getvalue() for file in files})
        trust = st.checkbox(
            "I trust this file and its code: they may run anything in the model's process",
            key=f"trust-{inspection.sha256}",
        )
        architecture = st.text_input(
            "Architecture or builder",
            help="For weights: a known architecture's name, or the "
            "function in the code that builds the model. Empty: found by itself.",
        )
        labels = st.file_uploader(
            "Class names, one a line (.txt)", type=["txt"], max_upload_size=10
        )
    if st.button("Open this model", type="primary", icon=":material/play_circle:"):
        options = LoadOptions(architecture=architecture or None, code=code, trust=trust)
        source = Source(name, path, options, _labels(labels.getvalue() if labels else None))
        try:
            source = backend.fitted(source)
        except XaiError as error:
            st.badge("Rejected", color="red", icon=":material/cancel:")
            problem.show(error)
            st.caption("The model that was open is still open.")
            return
        space.add_source(source)
        st.session_state[TURN] += 1  # an opened file leaves a closed, empty form behind
        st.rerun()


def _labels(data: bytes | None) -> tuple[str, ...] | None:
    if data is None:
        return None
    try:
        lines = tuple(line.strip() for line in data.decode("utf-8").splitlines() if line.strip())
    except UnicodeDecodeError as cause:
        raise InputError(
            "The class names are not UTF-8 text.", "Save them with one name a line."
        ) from cause
    return lines or None
