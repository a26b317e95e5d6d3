"""How pictures become inputs: size, fit, value range. What a wrong choice costs is seen at once."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import streamlit as st

from components.state import Source, Workspace
from xai_core.images import Fit, InputSpec

PRESETS: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "ImageNet mean and std": (InputSpec.mean, InputSpec.std),
    "values in [0, 1]": ((0.0,) * 3, (1.0,) * 3),
    "values in [−1, 1]": ((0.5,) * 3, (0.5,) * 3),
    "raw values, 0 to 255": ((0.0,) * 3, (1 / 255,) * 3),
}
OWN = "the model's own"


def show(space: Workspace, source: Source, spec: InputSpec) -> None:
    """Draw the form; a submitted change is kept with the model."""
    with st.form("input-spec", border=False):
        columns = st.columns(4, vertical_alignment="bottom")
        height = int(columns[0].number_input("Height", 1, 4096, spec.height))
        width = int(columns[1].number_input("Width", 1, 4096, spec.width))
        fits = get_args(Fit)
        fit = columns[2].selectbox(
            "Fit",
            fits,
            index=fits.index(spec.fit),
            help="crop keeps the shape and cuts the centre, squash ignores the aspect ratio, "
            "letterbox pads; the padding is cut off before scoring.",
        )
        preset = columns[3].selectbox("Value range", [OWN, *PRESETS])
        if st.form_submit_button("Use for this model"):
            mean, std = PRESETS.get(preset, (spec.mean, spec.std))
            zoom = spec.resize / min(spec.height, spec.width)
            changed = replace(
                spec,
                height=height,
                width=width,
                fit=fit,
                resize=max(1, round(min(height, width) * zoom)),
                mean=mean[: spec.channels],
                std=std[: spec.channels],
            )
            space.sources[space.source] = replace(source, spec=changed)
            st.rerun()
