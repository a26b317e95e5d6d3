"""How an error reaches a person: what came, what was expected, what to do. Never a traceback."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from components.session.text import plain as plain
from xai_core.base.errors import XaiError
from xai_core.base.text import terminal

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
        for line in traceback.format_exc().splitlines():  # the log is read in a terminal
            _log.error("unexpected error on a page: %s", terminal(line))
        show(
            XaiError(
                f"Something unexpected happened: {type(error).__name__}.",
                "Nothing is lost: reload the page. The server's log has the details.",
            )
        )
