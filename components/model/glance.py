"""Beside each other: what the model says of the picture, where the gradient flows, what can run."""

from __future__ import annotations

import streamlit as st

from components.model import gradient_flow, method_matrix, top_classes
from components.session.state.workspace import Photo, Workspace
from xai_core.readiness.result import Verdict


def show(space: Workspace, verdict: Verdict, photo: Photo) -> None:
    """Draw the three; on a narrow screen one below the other."""
    classes, flow, methods = st.columns([10, 11, 12], gap="medium")
    with classes:
        top_classes.show(space.sources[space.source], photo)
    with flow:
        st.subheader("Gradient flow")
        gradient_flow.show(verdict.evidence.get("gradient_flow") or [], key="gradient-flow")
    with methods:
        st.subheader("What each method costs")
        method_matrix.show(space, verdict)
