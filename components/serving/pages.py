"""Which pages there are: what `app.py` says, from the first visit on.

Streamlit 1.67 takes a folder `pages` for its older kind of app until the first script has called
`st.navigation`. Who comes first after a start, by the path of a page, was told "Page not found"
over the right page.
"""

from __future__ import annotations

from streamlit.runtime.pages_manager import PagesManager


def route() -> None:
    """To be called before anybody visits."""
    PagesManager.uses_pages_directory = False
