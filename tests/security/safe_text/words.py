"""What Streamlit reads as Markdown, and what makes a text plain."""

from __future__ import annotations

import re

# What Streamlit reads as Markdown, or as a chart or table that has such in it.
TEXTS = frozenset(
    (
        *("body", "label", "help", "text", "caption", "placeholder", "title", "icon", "delta"),
        *("tabs", "summary", "message", "description", "data", "header", "subtitle", "spec"),
        *("figure_or_data", "options", "format_func"),
    )
)
# These show their options, values and data as they are.
AS_IT_IS = {
    "code": {"body"},
    "selectbox": {"options", "format_func", "placeholder"},
    "multiselect": {"options", "format_func", "placeholder"},
    "select_slider": {"options", "format_func"},
    "dataframe": {"data"},
    "data_editor": {"data"},
    "download_button": {"data"},
    "plotly_chart": {"figure_or_data"},
    "text_input": {"placeholder"},
    "text_area": {"placeholder"},
    "text": {"body"},
}
# Of other things that have a method of such a name.
OTHERS = {"file", "_log", "study", "localisation"}
PLAIN = {
    *("text.plain", "text.listed", "text.title_of", "text.size", "text.code", "problem.plain"),
    "text.file_size",
    *("len", "markdown", "int", "float", "round", "bool", "sum"),
    *("seeds.told", "leaders.sentences", "order.told"),  # made of `text.title_of`
}
# Words of the program's own plugins and exhibits, which no file can change; parts of a headline.
OWN = {
    *("said.sentence", "said.detail"),
    *(
        f"{name}.{word}"
        for name in ("plugin", "control", "metric", "exhibit", "info", "preset")
        for word in (
            "title",
            "summary",
            "citation",
            "definition",
            "cost",
            "help",
            "name",
            "sentence",
            "lesson",
        )
    ),
}
CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]+$")
UNSEEN = {"key", "later", "on_change", "args"}  # of the words that a widget is given
HANDED = {"selectbox", "multiselect", "radio", "pills", "segmented_control", "toggle", "checkbox"}
HANDED_ON = {
    *("dict", "list", "tuple", "sorted", "str", "next", "filter", "set", "pd.DataFrame"),
    *("zip", "enumerate", "reversed", "iter", "max", "min", "dict.fromkeys"),
}
GROWS = {"append", "extend", "insert", "add", "update", "setdefault"}
# Sentences that another function makes of plain parts; each has a test of its own.
NUMERIC = re.compile(r"[<>^]?\+?\d*,?(\.\d+)?[dfgeE%,]%?$")
