"""The figures behind a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from components.session import problem, text
from xai_core.readiness.result import Verdict

TITLES = {
    "input_inferred": "Input shape found by trying",
    "fitting_shape": "Input shape that fits",
    "output_kind": "Kind of output",
    "output_entry": "Entry of the output that is explained",
    "output_entries": "Entries of the output",
    "explained": "Score that was checked",
    "target": "Class that was checked, by its number",
    "labels_assumed": "Class names are assumed",
    "prediction_entropy": "Entropy of the prediction, 1 for all classes alike",
    "probability": "Probability of that class",
    "repeat_difference": "Difference of two runs on one picture, share of the largest score",
    "layers": "Layers",
    "spatial_layers": "Layers whose output is a map",
    "proposed_layer": "Layer that is proposed",
    "proposed_layer_reading": "Its axes",
    "proposed_layer_reason": "Why that one",
    "token_grid": "Its tokens as a grid",
    "rectifiers": "Rectifiers, by kind",
    "rectifiers_guided": "Rectifiers that Guided Backprop changes",
    "rectifiers_captum_skips": "Rectifiers that Captum would miss",
    "float_parameters": "Parameters",
    "input_gradient_norm": "Length of the gradient at the input",
    "input_gradient_norms": "Length of the gradient on each picture",
    "nonzero_fraction": "Share of the input with a gradient",
    "finite_difference_precision": "Precision of the finite differences",
    "finite_difference_cosine": "Gradient against finite differences, cosine",
    "finite_difference_error": "Gradient against finite differences, largest relative error",
    "finite_difference_errors": "The same by direction",
    "finite_difference_tolerance": "Relative error that is allowed",
    "map_precision_cosine": "Gradient in the precision of maps against double, cosine",
    "memory_per_sample": "Memory that a picture takes for its gradient",
    "seconds_per_forward": "Seconds for a prediction",
    "seconds_per_sample": "Seconds for a gradient",
    "backward_error": "What failed on the way back",
    "forward_with_gradient_error": "What failed while gradients are kept",
    "cuts": "Places where the gradient is cut",
    "proof": "Proof so far",
}
READ = {"memory_per_sample": text.file_size, "float_parameters": "{:,d}".format}


def show(verdict: Verdict) -> None:
    """Draw them as a table."""
    st.table(_rows(verdict))


def _rows(verdict: Verdict) -> Mapping[str, str]:
    rows: dict[str, str] = {}
    for name, value in verdict.evidence.items():
        if name != "gradient_flow":
            told = READ[name](value) if value and name in READ else _told(value)
            rows[text.plain(TITLES.get(name, name))] = problem.plain(told)
    return rows


def _told(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        shown = [_told(item) for item in value[:6]]
        return ", ".join(shown) + (f", … ({len(value)} in all)" if len(value) > 6 else "")
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_told(item)}" for key, item in value.items())
    return str(value)
