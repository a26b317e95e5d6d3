"""The layers of a model in the order in which they run."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.session import backend
from components.session.state.workspace import Photo, Source

FEW = 10
ALT = "Layers with their kind, output, parameters, and how they are read as maps"


def show(source: Source, photo: Photo) -> None:
    """Draw them as a table."""
    layers = backend.layers(source, photo)
    if not layers:
        st.caption("Inner layers of this format cannot be read.")
        return
    st.caption("In the order in which they run.")
    st.dataframe(
        pd.DataFrame(
            {
                "Layer": layer.name,
                "Kind": layer.kind,
                "Output": " × ".join(map(str, layer.output_shape or ())),
                "Parameters": layer.parameters,
                "Feature map": "{} × {}".format(*layer.grid) if layer.grid else "",
                "Read as": layer.reading or layer.refused,
            }
            for layer in layers
        ),
        hide_index=True,
        column_config={"Parameters": st.column_config.NumberColumn(format="localized")},
        placeholder="–",
        height="content" if len(layers) <= FEW else 400,
        alt=ALT,
    )
