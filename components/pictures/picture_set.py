"""Which pictures a study is over: photos of the session, and uploads of many at once."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.pictures import arrivals, server_path
from components.session import choice, text, upload
from components.session.state.workspace import StudyState, Workspace
from xai_core.demo.wafer.examples import EXAMPLES
from xai_core.pictures.archive import MAX_PICTURES, SUFFIXES
from xai_core.pictures.demo import demo_pictures

FILES, FOLDER, MEGABYTES = "pictures-files", "pictures-folder", 500


def show(space: Workspace) -> None:
    """Draw the choice; what is uploaded is looked at and kept at once."""
    study_state = space.study_state
    with st.spinner("Looking at the pictures …"):
        for key in (FILES, FOLDER):
            upload.arrived(key, MEGABYTES, lambda one: arrivals.take(study_state, one))
        arrivals.pair_masks(study_state)
    _own_instead(space)
    study_state.photos = choice.several(
        st.multiselect,
        "Pictures of this session",
        list(space.photos),
        study_state.photos,
        key="many-photos",
        help="Pictures from the sidebar. More come by upload, below.",
    )
    with st.expander("Add many pictures", icon=":material/add_photo_alternate:"):
        left, right = st.columns(2)
        with left:
            upload.uploader(
                "Pictures, or a zip archive of pictures",
                key=FILES,
                accept_multiple_files=True,
                max_upload_size=MEGABYTES,
            )
        with right:
            upload.uploader(
                "A folder of pictures",
                key=FOLDER,
                accept_multiple_files="directory",
                max_upload_size=MEGABYTES,
            )
        st.caption(
            f"{', '.join(SUFFIXES)}; up to {MAX_PICTURES:,} pictures. They stay on the server "
            "while this page is open, and some time after."
        )
        server_path.show(study_state)
        _offer_demo(space)
    _uploaded(study_state)


def _demo(space: Workspace) -> list[str]:
    files = {*demo_pictures(), *(one.path for one in EXAMPLES.values())}
    return [name for name, photo in space.photos.items() if photo.path in files]


def _own_instead(space: Workspace) -> None:
    """The demo's photos leave, once, when one's own come."""
    study_state, demo = space.study_state, _demo(space)
    own = [name for name in space.photos if name not in demo]
    if study_state.demo and (own or study_state.uploaded):
        study_state.demo, study_state.photos = False, own


def _offer_demo(space: Workspace) -> None:
    study_state, demo = space.study_state, _demo(space)
    if study_state.demo or set(demo) & set(study_state.photos):
        return
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.caption("The demo's photos have left, since your own came.")
    if right.button("Put them back", key="many-demo", icon=":material/undo:", width="stretch"):
        study_state.photos = [*study_state.photos, *demo]
        st.rerun()


def _uploaded(study_state: StudyState) -> None:
    if study_state.uploaded:
        left, right = st.columns([3, 1], vertical_alignment="center")
        count = len(study_state.uploaded)
        noun = "uploaded picture" if count == 1 else "uploaded pictures"
        left.markdown(f":material/photo_library: {count:d} {noun}")
        if right.button("Remove all", key="many-remove", icon=":material/delete:", width="stretch"):
            for photo in study_state.uploaded.values():
                for path in photo.files:
                    upload.dropped(path)
            study_state.uploaded.clear()
            study_state.refused.clear()
            upload.clear_problems(FILES, FOLDER)
            st.rerun()
    if study_state.refused:
        count = len(study_state.refused)
        left_out = "1 file is left out" if count == 1 else f"{count:d} files are left out"
        with st.expander(text.plain(left_out), icon=":material/warning:"):
            rows = [{"File": name, "Why": why} for name, why in study_state.refused.items()]
            st.dataframe(pd.DataFrame(rows), hide_index=True, placeholder="–")
