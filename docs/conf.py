"""How Sphinx builds these pages: `make docs`. Nothing here asks the network for anything."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

project = "Pedestal"
author = "the Pedestal team"
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.intersphinx",
    "sphinx.ext.napoleon",
    "command_line",
    "public_names",
]
exclude_patterns = ["_build", "_inventories", "guides/wafer-study.md"]
default_role = "code"  # docstrings write code between single backticks
myst_heading_anchors = 3
smartquotes = False  # quotes in the help of the command line are meant

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
python_maximum_signature_line_length = 88
napoleon_use_ivar = True
napoleon_attr_annotations = False  # the signature has the types

# Links into other documentation, where its inventory was put beside these pages.
INVENTORIES = {
    "numpy": "https://numpy.org/doc/stable",
    "torch": "https://docs.pytorch.org/docs/stable",
}
intersphinx_mapping = {
    name: (address, str(HERE / "_inventories" / f"{name}.inv"))
    for name, address in INVENTORIES.items()
    if (HERE / "_inventories" / f"{name}.inv").exists()
}

html_theme = "pydata_sphinx_theme"
html_title = "Pedestal"
html_logo = html_favicon = "../components/assets/icon.svg"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_show_sourcelink = False
html_show_sphinx = False
html_copy_source = False
html_theme_options = {
    "logo": {"text": "Pedestal"},
    "header_links_before_dropdown": 6,
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": [],
    "footer_end": [],
    "show_prev_next": True,
}
