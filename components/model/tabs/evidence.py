"""The figures behind a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from components.session import problem, text
from xai_core.readiness.result import Verdict

READ = {"memory_per_sample": text.file_size, "float_parameters": "{:,d}".format}


def show(verdict: Verdict) -> None:
    """Draw them as a table."""
    st.table(_rows(verdict))


def _rows(verdict: Verdict) -> Mapping[str, str]:
    rows: dict[str, str] = {}
    for name, value in verdict.evidence.items():
        if name != "gradient_flow":
            told = READ[name](value) if value and name in READ else _told(value)
            rows[text.plain(name.replace("_", " "))] = problem.plain(told)
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
