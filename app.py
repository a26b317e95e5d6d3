"""The router: page settings, who may come in, the menu, and links by query parameter.

The server imports this file for `app`, what answers every request; each visit runs it as a script.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit.starlette import App

from components.serving import pages
from components.serving.answers import Answers

if __name__ != "__main__":
    pages.route()
    app = App(Path(__file__).resolve(), middleware=[Middleware(Answers)])
else:
    from components.runs import link
    from components.session import choice
    from components.session.keeping import registry
    from components.session.visitor import access
    from xai_core.base.memory import return_at_once

    return_at_once()
    ICON = str(Path(__file__).with_name("components") / "assets" / "icon.svg")
    st.set_page_config(page_title="Pedestal", page_icon=ICON, layout="wide")
    st.logo(ICON, size="large")

    def hidden() -> None:
        """What an address of earlier versions names: it leads on before it is drawn."""

    PAGES = {
        "": [
            # Reached by the logo and the root: it shows what the others are for.
            st.Page("pages/start/overview.py", title="Pedestal", default=True, visibility="hidden"),
            *(
                st.Page(hidden, title=name, url_path=name, visibility="hidden")
                for name in link.MOVED
            ),
        ],
        "Step by step, then share": [
            st.Page(
                "pages/model/readiness.py",
                title="Model",
                icon=":material/counter_1:",
                url_path="model",
            ),
            st.Page("pages/compare/heatmaps.py", title="Heatmaps", icon=":material/counter_2:"),
            st.Page("pages/compare/tune.py", title="Tune", icon=":material/counter_3:"),
        ],
        "Beside it": [
            st.Page("pages/compare/trust.py", title="Trust", icon=":material/science:"),
            st.Page(
                "pages/compare/pictures.py", title="Many pictures", icon=":material/photo_library:"
            ),
            st.Page("pages/compare/models.py", title="Two models", icon=":material/compare:"),
            st.Page("pages/share/runs.py", title="Runs", icon=":material/inventory_2:"),
        ],
    }

    admitted = access.admitted()
    current = st.navigation(PAGES, expanded=True, position="sidebar" if admitted else "hidden")
    if not admitted:
        access.show()
        st.stop()
    wanted = st.query_params.get("page", current.url_path)
    words = {key: value for key, value in st.query_params.items() if key != "page"}
    wanted, more = link.MOVED.get(wanted, (wanted, {}))
    for page in (page for section in PAGES.values() for page in section):
        if page.url_path == wanted and page != current:
            st.switch_page(page, query_params={**words, **more})
    if "page" in st.query_params:
        del st.query_params["page"]
    space = registry.attached()
    try:
        with choice.drawn_to_its_end():
            link.follow(space)
            current.run()
    finally:  # also where the page asks to be drawn again
        registry.save(space)
    access.sidebar()
