"""How a model came in, and what is lost on that way."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from components.session import problem, text
from xai_core.models.formats.base import FORMATS
from xai_core.readiness.result import Level, Verdict
from xai_core.worker import ModelCard

USES: Mapping[Level, str] = {
    "ready": "gradient methods, CAM and metrics",
    "input-gradients": "gradient methods at the input; CAM with the original model",
    "unproven": "gradient methods, with caution, until the proof is finished",
    "inference-only": "prediction and occlusion; gradients with the original model",
    "rejected": "none",
}
VERIFIED = ("converted-verified", "converted-unverified")


def show(card: ModelCard, verdict: Verdict) -> None:
    """Draw the way in, and the table of what this file can be used for, by its own results."""
    st.table(_way_in(card, verdict))
    st.markdown("**What you lose, and what not**")
    st.dataframe(pd.DataFrame([_row(card, verdict)]), hide_index=True, placeholder="–")
    lost = [text.title_of(name) for name, one in verdict.methods.items() if not one.available]
    if lost:
        st.caption(f"Not available: {', '.join(lost)}. The method table says why.")
    better = FORMATS[card.format].better
    st.markdown("**How to export it better**")
    st.caption(text.plain(better.text))
    st.code(better.code, language="python", wrap_lines=True)


def _way_in(card: ModelCard, verdict: Verdict) -> dict[str, str]:
    proof = next((one.message for one in verdict.findings if one.code in VERIFIED), None)
    return {
        "Recognised as": text.plain(card.format),
        "Loaded by": problem.plain(card.loaded_by),
        "Converted by": problem.plain(card.converted_by or "not converted"),
        "Verified": problem.plain(proof) if proof else text.plain(_own_proof(verdict)),
    }


def _own_proof(verdict: Verdict) -> str:
    cosine = verdict.evidence.get("finite_difference_cosine")
    if not isinstance(cosine, float):
        return "no gradient to verify"
    error = verdict.evidence.get("finite_difference_error")
    told = f", relative error {error:.2g}" if isinstance(error, float) else ""
    return f"gradient against finite differences: cosine {cosine:.6f}{told}"


def _row(card: ModelCard, verdict: Verdict) -> dict[str, str]:
    spatial = verdict.evidence.get("spatial_layers") or []
    cam = verdict.methods.get("grad-cam")
    return {
        "Format": card.format,
        "Gradient": {
            "ready": "full, proven",
            "input-gradients": "at the input, proven",
            "unproven": "not proven yet",
            "inference-only": "absent or wrong",
            "rejected": "none",
        }[verdict.level],
        "CAM": text.counted(len(spatial), "layer") if cam and cam.available else "not supported",
        "Recommended use": USES[verdict.level],
    }
