"""Small pictures of a set, made a few at a time: a page never waits for a thousand of them."""

from __future__ import annotations

import base64
import functools
import io
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from components.pictures import sheet
from components.session import decoding
from components.session.jobs.cache import ResultCache
from xai_core.base.errors import XaiError
from xai_core.studies.computation import Subject

SIDE, MOST, BUDGET_SECONDS = 64, 2000, 0.4
BLANK = (128, 128, 128, 48)


def of(subjects: Iterable[Subject]) -> dict[str, str]:
    """Data URLs by SHA-256, as many as there is time for; empty where there is no picture."""
    cache, decode = _cache(), decoding.decoding()

    def made(path: Path) -> str:
        try:
            return small(sheet.thumbnail(path, decode))
        except XaiError:  # its file is gone from the server
            return ""

    found: dict[str, str] = {}
    end = None  # the first waits for the process that decodes, which is no time of the others
    for one in subjects:
        if one.sha256 in cache or end is None or time.monotonic() < end:
            found[one.sha256] = cache.get(one.sha256, lambda one=one: made(one.path))  # type: ignore[misc]
        end = end or time.monotonic() + BUDGET_SECONDS
    return found


def small(picture: np.ndarray) -> str:
    """A picture, `[h, w, 3]`, as the data URL of a thumbnail."""
    buffer = io.BytesIO()
    image = Image.fromarray(picture)
    image.thumbnail((SIDE, SIDE))
    image.save(buffer, "JPEG", quality=75)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


@functools.cache
def blank() -> str:
    """What stands where a thumbnail has not come, or cannot: a pale square for both themes."""
    buffer = io.BytesIO()
    Image.new("RGBA", (SIDE, SIDE), BLANK).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


@st.cache_resource(show_spinner=False)
def _cache() -> ResultCache:
    return ResultCache(MOST)
