"""Networks trained on wafer pictures whose defect is known: one click opens one with a picture."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.maps.scale import REFERENCE
from components.methods import compute
from components.session import problem, run_source
from components.session.opening import control as opening
from components.session.state.workspace import Photo, Source, Workspace
from xai_core.demo.wafer.examples import EXAMPLES
from xai_core.demo.wafer.exhibits import SPEC, WaferExhibit, wafer_exhibits
from xai_core.demo.wafer.kinds import NONE
from xai_core.maps.colours import png_url
from xai_core.models.formats.base import LoadOptions
from xai_core.studies.kept_maps import SHORT

METHODS_SHOWN = ("guided-backprop", "integrated-gradients", "grad-cam")
JUDGED = ("no-defect", "bridge", "missing-contact", "particle", "particle-on-contacts")


def show(space: Workspace, *, narrow: bool = False, then: Callable[[], object] = st.rerun) -> None:
    """Draw the cards; a click opens model and picture, and offers the other pictures.

    Args:
        narrow: there is half a page for them. then: what a click does in the end.
    """
    key = f"wafers-{space.opening.count}"  # a click leads to the verdict: it closes
    with st.expander(
        "Inspect a wafer, where the defect is known", icon=":material/target:", key=key
    ):
        st.caption(
            "Drawn pictures as an electron microscope takes them, and a network for each task. The "
            "ranking shows how much of every map lies in the defect."
        )
        exhibits = wafer_exhibits()
        count = len(exhibits)
        columns = [st.container() for _ in exhibits] if narrow else st.columns(count)
        for column, exhibit in zip(columns, exhibits, strict=True):
            with column.container(border=True, height="stretch"):
                _card(space, exhibit, then)
        text, action = st.columns([3, 1], vertical_alignment="center")
        text.markdown(
            "**Does a good part stay dark?** A map scaled by itself is bright somewhere on every "
            "picture. Here four pictures without a defect set the scale; a fifth one stays dark on "
            "it, and defects light up."
        )
        if action.button(
            "Show", key="wafer-scale", icon=":material/contrast:", width="stretch", type="primary"
        ):
            with problem.guarded():
                _against_good_parts(space)


def _card(space: Workspace, exhibit: WaferExhibit, then: Callable[[], object]) -> None:
    picture, text = st.columns([1, 2])
    example = EXAMPLES[exhibit.picture]
    picture.image(png_url(example.path.read_bytes()), width="stretch", alt=example.title)
    text.markdown(f"**{exhibit.title}**")
    text.caption(exhibit.sentence)
    if st.button("Open", key=f"wafer-{exhibit.name}", width="stretch"):
        _open(space, exhibit)
        then()


def _against_good_parts(space: Workspace) -> None:
    """Open the classifier on a defect, and have its maps scaled by pictures without one."""
    _open(space, wafer_exhibits()[0])
    good = [one for one in EXAMPLES.values() if one.kind == NONE]
    judged = [EXAMPLES[name] for name in JUDGED]
    ids = {one.name: run_source.sha256_of(str(one.path))[:SHORT] for one in (*good, *judged)}
    space.scaling.reference = [ids[one.name] for one in good if one not in judged]
    space.scaling.group = [ids[one.name] for one in judged]
    space.scaling.at_once = True
    space.chosen = list(METHODS_SHOWN)
    st.session_state["scale"] = REFERENCE
    compute.start(space)
    st.switch_page("pages/compare/heatmaps.py")


def _open(space: Workspace, exhibit: WaferExhibit) -> None:
    opening.asked(space)
    options = LoadOptions(input_spec=SPEC)
    labels = exhibit.labels
    space.add_source(Source(f"Gallery: {exhibit.title}", exhibit.model_path, options, labels))
    photos = {name: Photo(one.title, one.path) for name, one in EXAMPLES.items()}
    for photo in photos.values():
        space.add_photo(photo)
    space.photo, space.target = photos[exhibit.picture].name, exhibit.target
