"""How an error reaches a person: what came, what was expected, what to do. Never a traceback."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from components.session.text import plain as plain
from xai_core.base.errors import XaiError

_log = logging.getLogger("pedestal")


def show(error: XaiError) -> None:
    """Draw one error."""
    st.error(plain(error.message), icon=":material/error:")
    if error.hint:
        st.caption(plain(error.hint))


@contextmanager
def guarded() -> Iterator[None]:
    """Draw what goes wrong inside, in its place, and let the rest of the page stand."""
    try:
        yield
    except XaiError as error:
        show(error)
    except Exception as error:  # the page's border; Streamlit's own control flow is BaseException
        _log.exception("unexpected error on a page")
        show(
            XaiError(
                f"Something unexpected happened: {type(error).__name__}.",
                "Nothing is lost: reload the page. The server's log has the details.",
            )
        )
