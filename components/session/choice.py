"""A choice that outlives its widget: the session says what is wanted, the widget only shows it.

Streamlit 1.67 loses choices in four ways: a widget without a key becomes another one when its
default changes, and the next click goes to the old one; a widget with a key never looks at its
default again; what is chosen and not among the options any more is dropped for good; and
`persist_state` gives the second page that draws a widget the value that it had two pages ago.

`later`: the caller does not keep what is drawn at once, or not always. What is wanted is then
taken for unchanged as long as it is what was asked for or what was drawn; `renew` says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")
Draw = Callable[..., Any]
SUFFIX, RUN, WHOLE = "-choice", "page-run", "page-run-whole"


@dataclass
class _Memory:
    """Of one widget, between two runs.

    Attributes:
        wish: what is wanted, whether it is offered or not. found: what was drawn.
        expected: what the caller wants next, unless somebody else changes it.
        heard: what a person chose since, until it is drawn.
        run: of the page, that drew it.
    """

    wish: Any
    found: Any
    expected: tuple[Any, ...]
    heard: tuple[Any, ...] = ()
    run: int = 0


def value(draw: Draw, label: str, wanted: T, *, key: str, later: bool = False, **options: Any) -> T:
    """Draw a field that shows `wanted`; its value."""
    wish = _wish(key, wanted)
    _put(key, wish)
    found: T = draw(label, value=wish, **_keyed(key), **options)
    _remember(key, found, found, wanted, later)
    return found


def one(
    draw: Draw,
    label: str,
    offered: Sequence[T],
    wanted: T | None,
    *,
    key: str,
    later: bool = False,
    otherwise: int = 0,
    **options: Any,
) -> T:
    """Draw the choice of one; None wants none.

    A wish that is not offered gives way to the one at `otherwise`, and comes back when it is.
    """
    wish = _wish(key, wanted)
    shown = wish if wish is None or wish in offered else offered[otherwise]
    _put(key, shown)
    index = None if shown is None else offered.index(shown)
    found: T = draw(label, offered, index=index, **_keyed(key), **options)
    _remember(key, wish if found == shown else found, found, wanted, later)
    return found


def several(
    draw: Draw,
    label: str,
    offered: Sequence[T],
    wanted: Sequence[T],
    *,
    key: str,
    later: bool = False,
    **options: Any,
) -> list[T]:
    """Draw the choice of any number; the chosen ones among those that are offered.

    Wishes that are not offered come back when they are, until something else is wanted.
    """
    wish: list[T] = _wish(key, list(wanted), _merged)
    shown = [one for one in wish if one in offered]
    _put(key, shown)
    found: list[T] = list(draw(label, offered, default=shown, **_keyed(key), **options))
    _remember(key, wish, found, list(wanted), later)
    return found


def remembers(key: str) -> bool:
    """Whether a widget of that key was drawn in this session."""
    return f"{key}{SUFFIX}" in st.session_state


def waiting(key: str) -> list[Any]:
    """What is wanted of several, and not offered now."""
    memory: _Memory = st.session_state[f"{key}{SUFFIX}"]
    return [one for one in memory.wish if one not in memory.found]


def renew(*prefixes: str) -> None:
    """Widgets whose keys begin so show what is wanted now, whatever was chosen in them."""
    for key in map(str, st.session_state):
        if key.startswith(prefixes) and key.endswith(SUFFIX):
            st.session_state[key].expected = ()


@contextmanager
def drawn_to_its_end() -> Iterator[None]:
    """Around all that draws a page. A run that is broken off may have told the browser nothing."""
    st.session_state[RUN] = st.session_state.get(RUN, 0) + 1
    yield
    st.session_state[WHOLE] = st.session_state[RUN]


def _wish(key: str, wanted: Any, merged: Callable[[_Memory, Any], Any] | None = None) -> Any:
    """What somebody else wants since, else what a person chose, else what was wanted before."""
    before: _Memory | None = st.session_state.get(f"{key}{SUFFIX}")
    if before is None:
        return st.session_state.get(key, wanted)
    if wanted not in before.expected:
        return wanted
    if key not in st.session_state and not before.heard:  # it was away, on another page
        return before.wish if wanted == before.found else wanted
    chosen = st.session_state[key] if key in st.session_state else before.heard[0]
    if chosen == before.found:
        return before.wish
    return merged(before, chosen) if merged else chosen


def _merged(before: _Memory, chosen: Sequence[Any]) -> list[Any]:
    """The wish with what a person has added since, without what they took away."""
    stay = [one for one in before.wish if one not in before.found or one in chosen]
    return [*stay, *(one for one in chosen if one not in stay)]


def _keyed(key: str) -> dict[str, Any]:
    return {"key": key, "on_change": _hear, "args": (key,)}


def _hear(key: str) -> None:
    # The run that follows may be broken off before it draws the widget, by a change of pages.
    before: _Memory | None = st.session_state.get(f"{key}{SUFFIX}")
    if before is not None:
        before.heard = (st.session_state[key],)


def _put(key: str, shown: Any) -> None:
    # Only where it differs: a value that is put pulls the widget from the hand that holds it. And
    # where the browser may show what it had before, and takes no default for an answer: it comes
    # back from another page, or what was last put was in a run that was broken off.
    before: _Memory | None = st.session_state.get(f"{key}{SUFFIX}")
    broken_off = before is not None and before.run > st.session_state.get(WHOLE, 0)
    away = before is not None and key not in st.session_state
    if broken_off or away or st.session_state.get(key, shown) != shown:
        st.session_state[key] = shown


def _remember(key: str, wish: Any, found: Any, wanted: Any, later: bool) -> None:
    # Callers keep what they get right after this: a run that is broken off does both or neither.
    expected = (found, wanted) if later else (found,)
    st.session_state[f"{key}{SUFFIX}"] = _Memory(
        wish, found, expected, run=st.session_state.get(RUN, 0)
    )
