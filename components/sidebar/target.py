"""What is explained: the kind of target, its form, its sentence, and its region on the picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import streamlit as st

from components.session import backend, choice, decoding, problem, run_source, upload
from components.session.state.workspace import Workspace
from components.sidebar import likely_classes, neuron_layer, target_fields, target_sentence
from components.sidebar.target_fields import Asking
from components.widgets import region_picker
from xai_core.base.errors import InputError, XaiError
from xai_core.base.target import DEFAULT, Target, of_class
from xai_core.pictures.region import as_text
from xai_core.runs.run import Guess
from xai_core.targets.kinds.base import TARGETS, TOP, region_of
from xai_core.targets.outputs import OutputForm, place_of
from xai_core.targets.resolution import checked, fitting, named

PLACES = (("top", "left", "bottom", "right"), ("row", "column"))
MODES: Mapping[int, region_picker.Mode] = {4: "box", 2: "point", 0: "look"}
MASK, MASK_MB = "mask-file", 20


def show(space: Workspace) -> None:
    """Draw the choice and keep it in the workspace."""
    form, guesses = _seen(space)
    likely = st.container()  # above the fields, but it shows what they say
    kinds = [kind.name for kind in fitting(form)]
    current = space.target.kind if isinstance(space.target, Target) else DEFAULT
    chosen = choice.one(
        st.selectbox,
        "What to explain",
        kinds,
        current,
        key=f"target-kind-{space.source}-{space.photo}",
        later=True,
        format_func=lambda name: TARGETS[name].title,
        help="Only what fits the model's output is offered.",
    )
    if chosen == DEFAULT:
        _class(space, form, guesses)
        with likely:
            likely_classes.show(space, guesses)
        return
    asking = Asking(chosen, form, guesses, f"target-{chosen}-{space.source}-{space.photo}")
    st.caption(TARGETS[chosen].summary)
    picture = st.container()  # above the fields, but it shows what they say
    space.target = _asked(space, asking)
    with picture, problem.guarded():
        _drawn(space, space.target, asking)


def _class(space: Workspace, form: OutputForm, guesses: tuple[Guess, ...]) -> None:
    if not guesses:
        space.target = None
        st.caption("The model has one output; it is what is explained.")
        return
    index = space.target if isinstance(space.target, int) else TOP
    asking = Asking(DEFAULT, form, guesses, _key(space, guesses))
    found = target_fields.of_class("Class to explain", index, asking, "index")
    space.target = None if found == TOP else found
    if form.kind == "dense":
        told = guesses[0].index if space.target is None else space.target
        names = [next((g.label for g in guesses if g.index == n), "") for n in range(told + 1)]
        explained = named(of_class(told, form.kind, place_of(form)), names if names[told] else None)
        st.caption(f"Explained is {problem.plain(explained.sentence)}.")


def _key(space: Workspace, guesses: tuple[Guess, ...]) -> str:
    """Another one for other guesses: a list that stays would show the class of before."""
    return f"target-{space.source}-{space.photo}-{guesses[0] if guesses else None}"


def _asked(space: Workspace, asking: Asking) -> Target:
    """The target as its form says it, complete."""
    size = backend.spec_of(space.sources[space.source]).shape[1:]
    kind = TARGETS[asking.kind]
    if isinstance(space.target, Target) and space.target.kind == asking.kind:
        given = dict(space.target.parameters)
    else:
        given = asdict(kind.Parameters()) | target_fields.start(asking, _class_before(space), size)
        if asking.kind == "connected-region":
            given |= _inside(space)
    _mask_arrived(space, given)
    if "layer" in given:
        given["layer"] = neuron_layer.show(space, str(given["layer"]), key=asking.key)
    found = target_fields.show(asking, given, size)
    if "mask" in given:
        upload.uploader(
            "Mask: a picture, white where the region is", key=MASK, max_upload_size=MASK_MB
        )
    if "reference" in given:
        found["reference"] = _reference(space, asking, str(given["reference"]))
    return checked(Target(asking.kind, found))


def _class_before(space: Workspace) -> int:
    """The class that was explained so far; another kind begins with it, too."""
    if not isinstance(space.target, Target):
        return TOP if space.target is None else space.target
    source, photo = space.sources[space.source], space.photos[space.photo]
    if not TARGETS[space.target.kind].of_class:
        return TOP
    try:
        index = target_sentence.explained(source, photo, space.target).index
    except XaiError:
        return TOP
    return TOP if index is None else index


def _inside(space: Workspace) -> dict[str, int]:
    """A pixel where the class that was chosen before is predicted, if there is one."""
    source, photo = space.sources[space.source], space.photos[space.photo]
    try:
        wanted = Target("predicted-region", {"index": _class_before(space)})
        mask = region_of(target_sentence.explained(source, photo, wanted).chosen)
    except XaiError:
        return {}
    if mask is None:
        return {}
    cells = np.argwhere(mask)
    row, column = cells[len(cells) // 2]
    height, width = backend.spec_of(source).shape[1:]
    rows, columns = mask.shape
    return {
        "row": int((row + 0.5) * height / rows),
        "column": int((column + 0.5) * width / columns),
    }


def _drawn(space: Workspace, target: Target, asking: Asking) -> None:
    """The picture with the region, to draw on where the kind is of a place; then the sentence."""
    if target.parameters.get("mask") == "":
        st.info("There is no mask yet: upload one below.", icon=":material/upload:")
        return
    if target.parameters.get("layer") == "":
        return
    source, photo = space.sources[space.source], space.photos[space.photo]
    failure, mask, told = None, None, ""
    try:
        explained = target_sentence.explained(source, photo, target)
        mask, told = region_of(explained.chosen), explained.sentence
    except XaiError as error:
        failure = error
    names = next((one for one in PLACES if set(one) <= set(target.parameters)), ())

    def take(place: list[int]) -> None:
        values = {**target.parameters, **dict(zip(names, place, strict=True))}
        space.target = Target(target.kind, values)
        asking.drawn()

    if names or mask is not None:
        pixels = decoding.prepared(str(photo.path), backend.spec_of(source)).picture
        place = [target.parameters[name] for name in names]
        region_picker.show(
            pixels, MODES[len(names)], place, take, mask=mask, key=f"{asking.key}-picker"
        )
    if failure is not None:
        raise failure
    st.caption(f"Explained is {problem.plain(told)}.")


def _mask_arrived(space: Workspace, given: dict[str, Any]) -> None:
    if "mask" not in given:
        return

    def accept(arrival: upload.Arrival) -> None:
        spec = backend.spec_of(space.sources[space.source])
        size = decoding.size_of(space.photos[space.photo].path, spec)
        given["mask"] = as_text(decoding.mask(arrival[1], size, spec))

    upload.arrived(MASK, MASK_MB, accept)


def _reference(space: Workspace, asking: Asking, before: str) -> str:
    """The embedding of another picture of this session."""
    others = [name for name in space.photos if name != space.photo]
    kept = before.rpartition(":")[0]
    if not others:
        raise InputError("There is no other picture in this session.", "Upload one first.")
    name = choice.one(
        st.selectbox,
        "Other picture",
        others,
        kept or others[0],
        key=f"{asking.key}-other",
        later=True,
    )
    return target_sentence.embedding(space.sources[space.source], space.photos[name])


def _seen(space: Workspace) -> tuple[OutputForm, tuple[Guess, ...]]:
    """What the model gives on the picture; no worker is needed for what is on screen."""
    run = space.run
    if (run.model, run.picture) == (space.source, space.photo) and run_source.model_of(space):
        return run.form or _assumed(run.guesses), run.guesses
    source, photo = space.sources[space.source], space.photos[space.photo]
    return backend.predicted(source, photo).form, backend.guessed(source, photo)


def _assumed(guesses: tuple[Guess, ...]) -> OutputForm:
    """Of a run of an earlier version, which does not say it."""
    if not guesses:
        return OutputForm("scalar", "", (1, 1))
    return OutputForm("classes", "", (1, 1 + max(one.index for one in guesses)))
