"""The fields of a target's form, made from its parameters' dataclass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from components.session import choice, text
from xai_core.base.parameters import ParameterInfo, describe
from xai_core.runs.run import Guess
from xai_core.targets.kinds.base import TARGETS, TOP
from xai_core.targets.kinds.box import FAR
from xai_core.targets.outputs import OutputForm

OTHER = -2
TOP_OF = {
    "against": "The strongest other class",
    "connected-region": "The class predicted at the pixel",
}


@dataclass(frozen=True)
class Asking:
    """A form that is being drawn. form: of the output. key: of its fields in the session."""

    kind: str
    form: OutputForm
    guesses: tuple[Guess, ...]
    key: str

    @property
    def turn(self) -> int:
        """How often a place was drawn on the picture: its fields are new ones each time."""
        return int(st.session_state.get(f"{self.key}-turn", 0))

    def drawn(self) -> None:
        """A place was drawn."""
        st.session_state[f"{self.key}-turn"] = self.turn + 1


def start(asking: Asking, before: int, size: tuple[int, ...]) -> dict[str, int]:
    """Where a form begins: at the class of before, in the middle of the picture."""
    height, width = size
    names = {info.name for info in describe(TARGETS[asking.kind].Parameters)}
    found: dict[str, int] = {}
    if TARGETS[asking.kind].of_class and asking.kind not in TOP_OF:
        found["index"] = before
    if "top" in names:
        found |= {
            "top": height // 4,
            "left": width // 4,
            "bottom": height - height // 4,
            "right": width - width // 4,
        }
    if "row" in names:
        found |= {"row": height // 2, "column": width // 2}
    return found


def show(asking: Asking, given: dict[str, Any], size: tuple[int, ...]) -> dict[str, Any]:
    """Draw the fields; their values."""
    kind, found = TARGETS[asking.kind], dict(given)
    narrow: list[Any] = []
    for info in describe(kind.Parameters):
        if info.holds:
            continue
        if info.name in ("index", "against") and kind.of_class:
            if asking.form.channels > 1:
                label = "Class to explain" if info.name == "index" else "Against"
                found[info.name] = of_class(label, int(given[info.name]), asking, info.name)
        elif info.name == "index" and asking.form.channels == 1:
            continue
        elif info.maximum == FAR:
            narrow = narrow or [*st.columns(2), *st.columns(2)]
            with narrow.pop(0):
                found[info.name] = _pixel(asking, info, given[info.name], size)
        else:
            found[info.name] = _field(asking, info, given[info.name])
    return found


def of_class(label: str, current: int, asking: Asking, name: str) -> int:
    """Draw the choice of a class: the top one, a likely one, or any by its number."""
    listed = {one.index: f"{one.label} · {one.probability:.0%}" for one in asking.guesses}
    top = TOP_OF.get(name) or TOP_OF.get(asking.kind)
    if top is None:
        top = f"Top class: {listed[asking.guesses[0].index]}" if asking.guesses else "Top class"
    named = {TOP: top, OTHER: "Another class …", **listed}
    options = [TOP, *listed, OTHER]
    key = asking.key if name == "index" else f"{asking.key}-{name}"
    typed = st.session_state.get(key) == OTHER and st.session_state.get(f"{key}-n") == current
    chosen = choice.one(
        st.selectbox,
        text.plain(label),
        options,
        OTHER if typed or current not in options else current,
        key=key,
        later=True,
        format_func=lambda option: named[option],
    )
    if chosen != OTHER:
        return chosen
    asked = "Class index" if name == "index" else "Index of the other class"
    return _number(asked, max(current, 0), f"{key}-n", 0, None)


def _pixel(asking: Asking, info: ParameterInfo, value: int, size: tuple[int, ...]) -> int:
    """A row or a column of the picture; a box's ends may lie behind its last pixel."""
    across = size[0] if info.name in ("top", "bottom", "row") else size[1]
    most = across if info.name in ("bottom", "right") else across - 1
    label, start = info.name.capitalize(), min(int(value), most)
    key = f"{asking.key}-{info.name}-{asking.turn}"
    return _number(label, start, key, 0, most, info.help)


def _number(
    label: str, wanted: int, key: str, low: int, high: int | None, told: str | None = None
) -> int:
    return choice.value(
        st.number_input,
        label,
        wanted,
        key=key,
        later=True,
        min_value=low,
        max_value=high,
        step=1,
        help=told,
    )


def _field(asking: Asking, info: ParameterInfo, value: Any) -> Any:
    label = text.plain(info.name.replace("_", " ").capitalize())
    key = f"{asking.key}-{info.name}"
    shared: dict[str, Any] = {"key": key, "later": True, "help": info.help}
    if info.name == "path":
        paths = ["", *sorted(asking.form.entries)] if asking.form.entries else [""]
        paths = list(dict.fromkeys([*paths, value]))
        return choice.one(
            st.selectbox,
            "Entry",
            paths,
            value,
            format_func=lambda path: path or f"the main one {asking.form.path}",
            **shared,
        )
    if info.choices:
        return choice.one(st.selectbox, label, info.choices, value, **shared)
    if info.kind is bool:
        return choice.value(st.toggle, label, value in (True, 1, "true", "True"), **shared)
    if info.kind is int:
        low, high = int(info.minimum or 0), int(info.maximum or 0)
        return _number(label, int(value), key, low, high, info.help)
    return choice.value(st.text_input, label, value, **shared)
