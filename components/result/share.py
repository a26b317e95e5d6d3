"""Share: one button with all ways to hand a result on: note, link, picture, report, files, code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from components.maps.tiles import title_of
from components.result import copy_picture, note
from components.runs import copy_link, export, link, verdict_offer
from components.session import choice, layout, problem
from components.session.state import chosen as chosen_methods
from components.session.state.workspace import Workspace
from components.tuning import view as comparison
from xai_core.report import code
from xai_core.report.forms import Shared, render
from xai_core.report.subject import Subject
from xai_core.runs.manifest import maps_digest

KEPT = "This result is not kept, so no link leads to it."


@dataclass(frozen=True)
class Offer:
    """What is handed on.

    Attributes:
        key: of its widgets. name: of the result in this session. run_id: where it is kept.
        address: of the link; None where none leads here. methods: those to choose from.
        stem: of file names. subject: made of the chosen methods, note and link. finish: what a file
            needs beside that, when it is made. script: code that repeats it, and before it command
            lines. extra: drawn below the files. forms: of files; all where none are named.
    """

    key: str
    name: str
    run_id: str | None
    address: str | None
    stem: str
    subject: Callable[[Sequence[str], str, str], Shared]
    methods: Sequence[str] = ()
    present: Sequence[str] = ()
    finish: Callable[[Any], Shared] | None = None
    script: Callable[[Any], tuple[str, ...]] | None = None
    extra: Callable[[], None] | None = None
    forms: Sequence[str] = ()


def show(offer: Callable[[], Offer], *, key: str) -> None:
    """Draw the button; what is behind it is made when it is opened."""
    popover = st.popover(
        "Share", icon=":material/ios_share:", key=f"{key}-share", on_change="rerun"
    )
    if popover.open:
        with popover, problem.guarded():
            _inside(offer())


def of_run(space: Workspace, page: str, level: float) -> Offer:
    """The run on screen."""
    run, lost = space.run, space.keeper is not None and bool(space.keeper.failure)
    address = None if lost else copy_link.address(page, link.of(space, page))
    view = comparison.of(space, level)

    def subject(methods: Sequence[str], told: str, leads: str) -> Subject:
        return export.subject_of_view(space, view, methods, told, leads)

    def offer_verdict() -> None:
        if export.verdict_of(space, run, space.run_id) is None:
            verdict_offer.show(space, run, space.run_id, key="share")

    return Offer(
        key="share",
        name=maps_digest(run.attributions),
        run_id=space.run_id,
        address=address,
        stem=export.stem(run.model, run.picture, run.created),
        subject=subject,
        methods=list(run.attributions),
        present=chosen_methods.shown(space),
        script=_script,
        extra=offer_verdict,
    )


def _inside(offer: Offer) -> None:
    told = note.field(offer.run_id, offer.name)
    st.caption(note.where(offer.run_id))
    if offer.address is None:
        st.caption(KEPT)
    else:
        copy_link.show(offer.address, key=f"{offer.key}-link")
    chosen = _methods(offer)
    if not chosen and offer.methods:
        st.caption("Choose at least one method.")
        return
    leads = offer.address if offer.address and copy_link.leads(offer.address) else ""
    subject = offer.subject(chosen, told, leads)

    def whole() -> Shared:
        return subject if offer.finish is None else offer.finish(subject)

    copy_picture.show(lambda: render(whole(), "png"), key=f"{offer.key}-copy")
    files, script = st.tabs(["Download", "Code"]) if offer.script else (st.container(), None)
    with files:
        export.downloads(whole, key=offer.key, stem=offer.stem, forms=offer.forms)
        if offer.extra is not None:
            offer.extra()
    if script is not None and offer.script is not None:
        with script:
            *lines, told = offer.script(subject)
            if lines:
                st.code("\n".join(lines), language="shell", wrap_lines=True)
            layout.code(told, "python", height=300)


def _methods(offer: Offer) -> list[str]:
    names = list(offer.methods)
    if len(names) < 2:
        return names
    return choice.several(
        st.multiselect,
        "Methods",
        names,
        list(offer.present) or names,
        key=f"{offer.key}-methods",
        later=True,
        format_func=title_of,
    )


def _script(subject: Subject) -> tuple[str, ...]:
    return (*code.commands(subject), code.script(subject))
