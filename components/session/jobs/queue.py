"""What a person sees while a process works for them, or for those before them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from components.session.text import plain
from xai_core.worker.serving.pool import Waiting


class QueuePosition:
    """How many go before a request; 0 once it has its turn. To be read from another thread."""

    def __init__(self) -> None:
        self.before = 0

    def __call__(self, before: int) -> None:
        """Tell it."""
        self.before = before


def position_text(before: int) -> str:
    """The place in the queue, for a person."""
    return f"Waiting for a free process: {before} before you."


@contextmanager
def shown(text: str) -> Iterator[Waiting]:
    """Draw `text`, and the place in the queue that is given to what this yields."""
    place = st.empty()

    def draw(before: int) -> None:
        if before:
            place.info(position_text(before), icon=":material/hourglass_top:")
        else:
            place.empty()

    with st.spinner(plain(text)):
        yield draw
