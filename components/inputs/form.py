"""How pictures become inputs: size, fit, values, channels. What a wrong choice costs is seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, get_args

import streamlit as st

from components.inputs import preprocessing
from components.session import problem
from components.session.state.workspace import Source, Workspace
from xai_core.base.errors import InputError, XaiError
from xai_core.base.input_spec import Fit, InputSpec, ValueRange
from xai_core.pictures.presets import PRESETS, preset_of, suitable

OWN = "as written below"
LARGEST = 4096
RANGES: dict[ValueRange, str] = {
    "type": "as the file says (a DICOM's window), or its number type",
    "data": "lowest and highest in the picture",
    "given": "given ends",
    "raw": "values stay as they are",
}
FIT_HELP = (
    "crop keeps the shape and cuts the centre, squash ignores the aspect ratio, letterbox pads; "
    "the padding is cut off before scoring."
)
CHANNELS_HELP = (
    "The picture's channels, counted from 0, in the model's order. 2, 1, 0 is BGR. Empty: as they "
    "come."
)
FRAME_HELP = "Of a file with several pictures, counted from 0. Empty: the first."
SLICE_HELP = (
    "Of a volume: axis and index, from 0, such as 2, 40. Empty: the middle of its last axis."
)


@dataclass(frozen=True)
class _Given:
    """What stands in the form, as far as it has to be read."""

    changes: dict[str, Any]
    preset: str
    mean: str
    std: str
    low: float
    high: float
    order: str
    shown: str
    frame: str
    slice: str


def show(space: Workspace, source: Source, spec: InputSpec) -> None:
    """Draw the form; a submitted change is kept with the model."""
    with st.form("input-spec", border=False):
        given = _drawn(spec)
        submitted = st.form_submit_button("Use for this model", icon=":material/check:")
        if not submitted:
            return
        try:
            space.sources[space.source] = preprocessing.adopted(source, _changed(spec, given))
        except XaiError as error:
            problem.show(error)
            return
    st.rerun()


def _drawn(spec: InputSpec) -> _Given:
    first = st.columns(4, vertical_alignment="bottom")
    height = int(first[0].number_input("Height", 1, LARGEST, spec.height))
    width = int(first[1].number_input("Width", 1, LARGEST, spec.width))
    fits = get_args(Fit)
    fit = first[2].selectbox("Fit", fits, fits.index(spec.fit), help=FIT_HELP)
    padding = first[3].number_input(
        "Padding", value=spec.padding, format="%.3f", help="Of a letterbox: 0 is black, 1 white."
    )
    ends = list(RANGES)
    second = st.columns([2, 1, 1], vertical_alignment="bottom")
    chosen = second[0].selectbox(
        "What becomes 0 and 1", ends, ends.index(spec.range), format_func=RANGES.__getitem__
    )
    low = second[1].number_input("Given low", value=0.0 if spec.low is None else spec.low)
    high = second[2].number_input("Given high", value=255.0 if spec.high is None else spec.high)
    presets = [OWN, *(one.name for one in suitable(spec.channels))]
    own = preset_of(spec)
    third = st.columns([2, 2, 2], vertical_alignment="bottom")
    preset = third[0].selectbox(
        "Value range",
        presets,
        presets.index(own.name) if own else 0,
        format_func=lambda name: PRESETS[name].title if name in PRESETS else name,
        help="Mean and deviation, after the step above.",
    )
    mean = third[1].text_input("Mean", _text(spec.mean), help="One number, or one a channel.")
    std = third[2].text_input("Deviation", _text(spec.std), help="One number, or one a channel.")
    order, shown, frame, cut = _channels_drawn(spec)
    zoom = spec.resize / min(spec.height, spec.width)
    changes = {"height": height, "width": width, "fit": fit, "range": chosen, "padding": padding}
    changes["resize"] = max(1, round(min(height, width) * zoom))
    return _Given(changes, preset, mean, std, low, high, order, shown, frame, cut)


def _channels_drawn(spec: InputSpec) -> tuple[str, str, str, str]:
    """What of the file goes in: channels, those on screen, frame, slice."""
    fourth = st.columns([2, 2, 1, 1], vertical_alignment="bottom")
    order = fourth[0].text_input("Channels for the model", _text(spec.order), help=CHANNELS_HELP)
    shown = fourth[1].text_input(
        "Channels on screen",
        _text(spec.shown),
        help="One, or three as red, green and blue. The model does not see this choice.",
    )
    frame = fourth[2].text_input(
        "Frame", "" if spec.frame is None else str(spec.frame), help=FRAME_HELP
    )
    cut = fourth[3].text_input("Slice", _text(spec.slice), help=SLICE_HELP)
    return order, shown, frame, cut


def _changed(spec: InputSpec, given: _Given) -> InputSpec:
    """Raises `InputError` for what cannot be read or does not fit."""
    range_ = given.changes["range"]
    ends = (given.low, given.high) if range_ == "given" else (None, None)
    written = (given.mean, given.std) != (_text(spec.mean), _text(spec.std))
    changed = replace(
        spec,
        **given.changes,
        low=ends[0],
        high=ends[1],
        mean=_numbers(given.mean, spec.channels),
        std=_numbers(given.std, spec.channels),
        order=_indices(given.order),
        shown=_indices(given.shown),
        frame=next(iter(_indices(given.frame)), None),
        slice=_indices(given.slice),
    )
    was = preset_of(spec)
    if given.preset == OWN or written or (was and was.name == given.preset):
        return changed
    return PRESETS[given.preset].applied(changed)


def _text(numbers: tuple[float, ...]) -> str:
    shown = [f"{number:.7g}" for number in numbers]
    return shown[0] if len(shown) > 1 and len(set(shown)) == 1 else ", ".join(shown)


def _numbers(text: str, channels: int) -> tuple[float, ...]:
    try:
        found = tuple(float(part) for part in text.replace(";", ",").split(","))
    except ValueError as cause:
        raise InputError(
            f"Numbers with commas between them were expected, not {text!r}.",
            "Write one, or one for each channel, such as 0.485, 0.456, 0.406.",
        ) from cause
    return found * channels if len(found) == 1 else found


def _indices(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError as cause:
        raise InputError(
            f"Whole numbers with commas between them were expected, not {text!r}.",
            "Write them from 0 on, such as 2, 1, 0.",
        ) from cause
