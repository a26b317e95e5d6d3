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
    from components.session import access
    from components.session.keeping import registry
    from xai_core.base.memory import return_at_once

    return_at_once()
    ICON = str(Path(__file__).with_name("components") / "assets" / "icon.svg")
    st.set_page_config(page_title="Pedestal", page_icon=ICON, layout="wide")
    st.logo(ICON, size="large")

    OVERVIEW = st.Page(
        "pages/start/overview.py", title="Overview", icon=":material/home:", default=True
    )
    PAGES = {
        "Start": [OVERVIEW],
        "Inspect": [
            st.Page(
                "pages/model/readiness.py",
                title="Model",
                icon=":material/fact_check:",
                url_path="model",
            ),
        ],
        "Compare": [
            st.Page(
                "pages/compare/heatmaps.py",
                title="Heatmaps",
                icon=":material/local_fire_department:",
            ),
            st.Page("pages/compare/baseline.py", title="Baseline", icon=":material/equalizer:"),
            st.Page("pages/compare/ranking.py", title="Ranking", icon=":material/leaderboard:"),
            st.Page("pages/compare/controls.py", title="Sanity checks", icon=":material/science:"),
            st.Page("pages/compare/metrics.py", title="Metrics", icon=":material/scatter_plot:"),
            st.Page(
                "pages/compare/pictures.py", title="Many pictures", icon=":material/photo_library:"
            ),
            st.Page("pages/compare/models.py", title="Two models", icon=":material/compare:"),
        ],
        "Share": [
            st.Page("pages/share/runs.py", title="Runs", icon=":material/inventory_2:"),
        ],
    }

    admitted = access.admitted()
    current = st.navigation(PAGES, expanded=True, position="sidebar" if admitted else "hidden")
    if not admitted:
        access.show()
        st.stop()
    wanted = st.query_params.get("page")
    if wanted is not None:
        del st.query_params["page"]
        for page in (page for section in PAGES.values() for page in section):
            if page.url_path == wanted and page != current:
                st.switch_page(page, query_params=dict(st.query_params))
    space = registry.attached()
    try:
        link.follow(space)
        current.run()
    finally:  # also where the page asks to be drawn again
        registry.save(space)
    access.sidebar()
