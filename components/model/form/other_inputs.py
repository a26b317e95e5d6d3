"""What a model takes beside the picture, fixed before it is opened."""

from __future__ import annotations

import streamlit as st

from components.session import choice, problem, upload
from components.session.state.workspace import Pending
from components.session.upload import Arrival
from xai_core.base.errors import XaiError
from xai_core.models.other_inputs import OtherInput

KEY, MEGABYTES = "other-inputs", 50
HELP = (
    "For a model of several inputs, one a line: `mask = 0.5`, `meta = 0 @ 1,16` with its shape, or "
    "`mask = mask.npy` with the file below. The input that is left over gets the picture; those "
    "that get one of their own are explained beside it on *Heatmaps*."
)


def take(pending: Pending) -> None:
    """Take a file that has come."""
    upload.arrived(KEY, MEGABYTES, lambda one: _take(pending, one))


def show(pending: Pending) -> None:
    """Draw the lines and the uploader."""
    pending.others = choice.value(
        st.text_area,
        "Other inputs",
        pending.others,
        key=f"other-lines-{pending.path.name}",
        help=HELP,
        height=100,
        placeholder="mask = 0.5",
    )
    upload.uploader(
        "Files for other inputs (.npy, or a picture)", key=KEY, max_upload_size=MEGABYTES
    )
    if pending.files:
        st.caption(f"Given: {', '.join(map(problem.plain, pending.files))}")


def given(pending: Pending) -> tuple[OtherInput, ...]:
    """What the lines say. Raises `InputError`."""
    lines = (line for line in pending.others.splitlines() if line.strip())
    return tuple(OtherInput.of_text(line, pending.files) for line in lines)


def proposed(pending: Pending, error: XaiError) -> None:
    """Lines to fill in, where the model told its inputs: the first is likely the picture."""
    names = error.facts.get("inputs")
    if error.code == "other-inputs" and isinstance(names, list) and not pending.others.strip():
        pending.others = "\n".join(f"{name} = 0" for name in names[1:])


def _take(pending: Pending, arrival: Arrival) -> None:
    name, data = arrival
    plain = name.replace("=", "_").replace("@", "_").strip()
    pending.files[plain] = upload.kept(data, "inputs")
    if plain not in pending.others:
        pending.others = with_file(pending.others, plain)


def with_file(lines: str, file: str) -> str:
    """The lines with a file: for the input of its name, else for one that stands at 0, which is as
    it was proposed, else in a line of its own.
    """
    stem, found = file.rpartition(".")[0] or file, lines.strip().splitlines()
    names = [line.partition("=")[0].strip() for line in found]
    open_ = [name for name, line in zip(names, found, strict=True) if line.endswith("= 0")]
    name = stem if stem in names or not open_ else open_[0]
    given = f"{name} = {file}"
    if name not in names:
        return "\n".join([*found, given])
    return "\n".join(given if one == name else line for one, line in zip(names, found, strict=True))
