"""The note of the sender: written by who shares a result, shown to who opens it."""

from __future__ import annotations

import streamlit as st

from components.session import choice, kept_runs, text
from xai_core.base.errors import XaiError
from xai_core.report.imprint import NOTE
from xai_core.runs.entry import MAX_NOTE

UNSENT = "unsent-notes"  # of results that are not kept, or not this visitor's, by what they are


def shown(run_id: str | None) -> None:
    """Draw the note that came with a kept result, as text."""
    found = kept_runs.store().note(run_id) if run_id is not None else ""
    if found:
        st.info(f"**{NOTE}:** {text.plain(found)}", icon=":material/sticky_note_2:")


def field(run_id: str | None, name: str) -> str:
    """Draw the field and keep what is written; the note. `name`: of the result in this session."""
    mine = run_id is not None and _is_mine(run_id)
    unsent = st.session_state.setdefault(UNSENT, {})
    before = kept_runs.store().note(run_id) if run_id and mine else unsent.get(name, "")
    found = choice.value(
        st.text_area,
        "Note to those who get it",
        before,
        key=f"note-{run_id or name}",
        max_chars=MAX_NOTE,
        height=80,
        placeholder="Look at the left edge …",
    )
    found = str(found or "")[:MAX_NOTE]
    if found == before:
        return found
    if run_id and mine:
        kept_runs.store().change(run_id, note=found)
        st.rerun()  # it stands above the result
    unsent[name] = found
    return found


def where(run_id: str | None) -> str:
    """Where the note goes, for a person."""
    if run_id is None:
        return "It stands on picture and report. This result has no run, so a link carries none."
    if not _is_mine(run_id):
        return "It stands on picture and report. A link shows the note of who computed the run."
    return "It goes along with link, picture and report."


def _is_mine(run_id: str) -> bool:
    try:
        return kept_runs.store().entry(run_id).label.owner == kept_runs.owner()
    except XaiError:  # deleted in the meantime
        return False
