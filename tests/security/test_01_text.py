"""Text from a model is text: no page, chart, report, copy, table or terminal obeys it."""

from __future__ import annotations

import json
from pathlib import Path

import plotly.graph_objects as go
import pytest

from components.session import chart
from tests.security.safe_text import raw_texts
from tests.security.safe_text.files import ROOT
from xai_core.base import text

PAGES = [
    ROOT / "app.py",
    *sorted((ROOT / "components").rglob("*.py")),
    *sorted((ROOT / "pages").rglob("*.py")),
]
# Words that are handed on, and that every caller writes down in its own file.
HANDED_ON = {"components/session/upload.py": frozenset({"options"})}

RAW = (
    "st.markdown(error.message)",
    "st.caption(f'of {run.model}')",
    "st.error(str(error))",
    "st.write(verdict)",
    "st.toast(name + ' is done')",
    "st.button('Take', help=source.title)",
    "st.tabs([one.name for one in runs])",
    "st.metric('Loss', value=1, delta=card.text)",
    "st.table({'Format': card.format})",
    "st.table({card.format: 1})",
    "left.expander(f'Layer {layer.name}')",
    "st.radio('Which', names, format_func=title_of)",
    "st.image(data, caption=photo.name)",
    "st.progress(0.5, text=job.told)",
    "told = run.title\nst.info(told)",
    "told = 'a'\ntold += run.title\nst.info(told)",
    "rows = {}\nrows['x'] = one.cause\nst.table(rows)",
    "rows = []\nrows.append(one.cause)\nst.markdown(', '.join(rows))",
    "def f():\n    return run.title\nst.info(f())",
    "show = st.error if bad else st.info\nshow(run.title)",
    "(st.warning if bad else st.markdown)(run.title)",
    "choice.one(st.selectbox, run.title, options)",
    "st.column_config.TextColumn('Name', help=run.title)",
    "for name in run.failures:\n    st.warning(name)",
    "a, b = 'x', run.title\nst.info(b)",
    "st.markdown('%s' % run.title)",
    "st.markdown('{}'.format(run.title))",
    "st.badge(text.plain(a) + run.title)",
    "st.markdown(f'{run.title!r:>10}')",
    "with st.popover(run.title):\n    pass",
    "st.dialog(run.title)",
    "st.sidebar.header(run.title)",
)
PLAIN = (
    "st.markdown('**Own** words')",
    "st.caption(f'{len(rows)} of {count:,} and {share:.1%}')",
    "st.markdown(f'**{text.plain(run.title)}**')",
    "st.badge('a' if run.good else 'b')",
    "NAMES = ('A', 'B')\nfor name in NAMES:\n    st.info(name)",
    "def f(n: int) -> str:\n    return f'{n}'\nst.info(f(3))",
    "st.selectbox('Which', names, format_func=str)",
    "st.dataframe(rows)",
    "st.caption(METRICS[name].title)",
)


def test_no_page_shows_what_was_not_made_plain() -> None:
    found = {
        f"{name}:{line}": words
        for path in PAGES
        for name in [path.relative_to(ROOT).as_posix()]
        for line, words in raw_texts(
            path.read_text(encoding="utf-8"), HANDED_ON.get(name, frozenset())
        )
    }
    assert not found


@pytest.mark.parametrize("source", RAW)
def test_the_walk_finds_raw_text(source: str) -> None:
    assert list(raw_texts(source))


@pytest.mark.parametrize("source", PLAIN)
def test_the_walk_lets_own_words_and_numbers_be(source: str) -> None:
    assert not list(raw_texts(source))


EVIL = (
    "![x](http://canary.invalid/1)",
    "[x](http://canary.invalid/1)",
    "<http://canary.invalid/1>",
    "http://canary.invalid/1",
    "HTTPS://canary.invalid/1",
    "www.canary.invalid",
    "WwW.canary.invalid/x",
    "who@canary.invalid",
    "mailto:who@canary.invalid",
    "xmpp:who@canary.invalid/x",
    "ht``tp://canary.invalid",
    "`a` http://canary.invalid `",
    "a\n\n# heading",
    "a\r\n- list",
    "a\u2028# heading",
    "&#104;ttp://canary.invalid",
    "&lt;img src=x&gt;",
    "<img src=http://canary.invalid/1>",
    "<svg onload=alert(1)>",
    ":material/home:",
    ":red[x]",
    ":smile:",
    "$\\href{http://canary.invalid}{x}$",
    "~~x~~ **y** _z_",
    "| a | b |",
    "[x]: http://canary.invalid",
    "    indented",
    "1. list",
    "- list",
    "* list",
    "\x1b]8;;http://canary.invalid\x07link\x1b]8;;\x07",
    "\x9b31mred",
    "\u202etxt.exe",
    "\ud800",
    "\x00\x07\x7f",
    "h\u00adttp://canary.invalid",
)
BREAKS_OUT = (
    "`] ![x](http://canary.invalid) `",
    "`x | ![y](http://canary.invalid) | z`",
    "`[`![x](http://canary.invalid)`]`",
    "a `b` c `] www.canary.invalid`",
)
OBEYED = ("://", "www.", "WwW.", "\n", "\r", "\x1b", "\x9b", "\u202e", "\u2028", "\x07", "\ud800")


@pytest.mark.parametrize("evil", EVIL)
def test_markdown_shows_the_text(evil: str) -> None:
    for code in (True, False):
        told = text.markdown(evil, code=code)
        outside = "".join(told.split("`")[::2]) if code and "\\`" not in told else told
        assert not [one for one in OBEYED if one in outside.replace("\\", "")]
        assert "@c" not in outside
        bare = [sign for place, sign in enumerate(told) if place and told[place - 1] == "\\"]
        if "`" not in evil:
            for sign in "*_[]<>#|$~!&":
                assert told.count(sign) == bare.count(sign)


@pytest.mark.parametrize("evil", BREAKS_OUT)
def test_code_does_not_break_out_of_a_cell_or_a_label(evil: str) -> None:
    """Directives and tables end at a bracket or a bar, also at one within backticks."""
    for told in (text.markdown(evil), f"`{text.inside_code(evil)}`"):
        bare = [sign for place, sign in enumerate(told) if told[max(0, place - 1)] != "\\"]
        assert not {"|", "[", "]"} & set(bare)


@pytest.mark.parametrize("evil", EVIL)
def test_a_terminal_and_a_table_get_one_printable_line(evil: str) -> None:
    assert text.terminal(evil).isprintable()
    assert text.one_line(evil).isprintable()
    assert str(text.cell(evil)).isprintable()
    assert text.html(evil).isprintable()
    assert not {"<", ">", '"'} & set(text.html(evil))


@pytest.mark.parametrize("evil", EVIL)
def test_printed_json_means_the_same(evil: str) -> None:
    whole = json.dumps({evil: [evil]}, ensure_ascii=False, indent=1)
    told = text.json_text(whole)
    assert all(sign == "\n" or sign.isprintable() for sign in told)
    assert json.loads(told) == {evil: [evil]}


@pytest.mark.parametrize(
    "formula",
    ["=1+1", "+1", "-1+cmd", "@sum", " =1", "\t=1", "\r=1", "＝1", "a;=1", "a,=1", "a\t@x", "x|=1"],
)
def test_a_cell_is_no_formula(formula: str) -> None:
    told = str(text.cell(formula))
    parts = told.replace(";", "\t").replace(",", "\t").replace("|", "\t").split("\t")
    assert not [part for part in parts if part.strip()[:1] in ("=", "+", "-", "@", "＝")]


def test_honest_text_stays_as_it_is() -> None:
    assert text.markdown("layer3.0 expected 3 of 4") == "layer3.0 expected 3 of 4"
    assert text.markdown("set `--trust` to go on") == "set `--trust` to go on"
    assert text.cell("dog, husky") == "dog, husky"
    assert text.cell(-1.5) == -1.5
    assert text.terminal("Hündin · 犬") == "Hündin · 犬"
    assert len(text.markdown("x" * 10**7)) < 10**4


def test_a_chart_has_no_link() -> None:
    link = '<a href="http://canary.invalid">x</a>'
    figure = go.Figure(go.Scatter(x=[link], y=[1.0], text=[link], name=link, customdata=[[link]]))
    figure.add_annotation(text=link, x=link, y=1)
    figure.update_layout(title=link, xaxis={"ticktext": [link], "tickvals": [0], "title": link})
    told = chart.escaped(figure).to_json()
    assert "<a" not in json.loads(json.dumps(told)).replace("\\u003c", "<")


def test_every_chart_goes_one_way() -> None:
    others = [
        path.name
        for path in PAGES
        if path.name != "chart.py" or path.parent.name != "session"
        if any(word in path.read_text(encoding="utf-8") for word in WORDS)
    ]
    assert not others


WORDS = (
    "plotly_chart(",
    "unsafe_allow_html",
    "st.html(",
    "LinkColumn",
    "link_button(",
    "st.iframe",
)


def test_templates_of_charts_are_the_programs_own() -> None:
    for path in sorted((ROOT / "components").rglob("*.py")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if "template=" in line:
                told = line.split("template=", 1)[1].replace("{place + 1}", "")
                assert told.strip().lstrip("f").startswith('"'), f"{Path(path).name}: {line}"
