"""What the pages beside the path hold: many pictures, two models, scales, measured noise."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from components.session import kept_runs
from components.session.keeping.files import as_json, photos_of, photos_told
from components.session.keeping.parts import Part, register
from components.session.keeping.values import maybe, several, table, text, texts, truth, whole
from components.session.state.workspace import Workspace
from xai_core.base.errors import InputError
from xai_core.base.parameters import build
from xai_core.base.target import class_or_target
from xai_core.compare.kept import kept_pair
from xai_core.scores.metrics.base import METRICS
from xai_core.studies.asked.maps import MapChoice

LOST = "The two models that were on screen are no longer kept on this server."
PICTURE = re.compile(r"[0-9a-f]{16}")  # the first digits of a SHA-256


def _study(space: Workspace) -> dict[str, Any]:
    state = space.study_state
    return {
        "photos": list(state.photos),
        "uploaded": photos_told(state.uploaded),
        "target": as_json(state.target),
        "index": state.index,
        "metrics": list(state.metrics),
        "metric settings": {name: dict(one) for name, one in state.metric_settings.items()},
        "localise": state.localise,
        "removal": state.removal,
        "maps": [state.maps, state.maps_count],
    }


def _take_study(space: Workspace, data: Any) -> None:
    given, state, notes = table(data), space.study_state, list[str]()
    photos = [name for name in texts(given["photos"]) if name in space.photos]
    uploaded = photos_of(given["uploaded"], notes)
    target, index = class_or_target(given["target"]), whole(given["index"])
    metrics = [name for name in texts(given.get("metrics", [])) if name in METRICS.names()]
    settings = {
        name: asdict(build(METRICS[name].Parameters, table(one)))
        for name, one in table(given.get("metric settings", {})).items()
        if name in METRICS.names()
    }
    localise, removal = truth(given.get("localise", False)), float(given.get("removal", 0.2))
    kind, count = given.get("maps", ["none", 20])
    MapChoice.of_words([text(kind) if kind in ("none", "all") else f"{text(kind)}:{whole(count)}"])
    if not 0 <= removal < 1:
        raise ValueError("no quantile")
    state.photos, state.uploaded, state.target, state.index = photos, uploaded, target, index
    state.metrics, state.localise, state.removal = metrics, localise, removal
    state.metric_settings = settings
    state.maps, state.maps_count = kind, whole(count)
    if notes:
        space.notes.append(
            f"{len(notes)} uploaded pictures of Many pictures are no longer on the server."
        )


def _pair(space: Workspace) -> dict[str, Any]:
    pairing = space.pairing
    ids, asked, opened = pairing.ids, pairing.asked, pairing.opened
    job = pairing.job
    if job is not None and job.finished and job.result is not None:  # nobody has looked yet
        ids, asked, opened = pairing.job_ids, pairing.job_asked, False
    return {
        "second": pairing.second,
        "own class": pairing.own_class,
        "ids": None if ids is None else list(ids),
        "asked": asked,
        "opened": opened,
    }


def _take_pair(space: Workspace, data: Any) -> None:
    given = table(data)
    second, own_class = maybe(given["second"], text), truth(given["own class"])
    pairing = space.pairing
    pairing.second = second if second in space.sources else None
    pairing.own_class = own_class
    ids = maybe(given.get("ids"), texts)  # workspaces of before had none
    if ids is not None:
        first, other = ids
        asked, opened = maybe(given["asked"], text), truth(given["opened"])
        try:
            pairing.pair = kept_pair(kept_runs.store(), first, other)
        except InputError:
            space.notes.append(LOST)
            return
        pairing.ids, pairing.asked, pairing.opened = (first, other), asked, opened


def _scale(space: Workspace) -> dict[str, Any]:
    return {"group": space.scaling.group, "reference": space.scaling.reference}


def _take_scale(space: Workspace, data: Any) -> None:
    given = table(data)
    group = maybe(given["group"], lambda ids: several(ids, _picture))
    reference = several(given["reference"], _picture)
    space.scaling.group, space.scaling.reference = group, reference


def _picture(data: Any) -> str:
    if not PICTURE.fullmatch(text(data)):
        raise ValueError("no picture")
    return str(data)


def _noise(space: Workspace) -> dict[str, Any]:
    return {"pictures": space.noise_state.pictures, "classes": space.noise_state.classes}


def _take_noise(space: Workspace, data: Any) -> None:
    given = table(data)
    pictures = maybe(given["pictures"], texts)
    classes = {name: whole(index) for name, index in table(given["classes"]).items()}
    space.noise_state.pictures, space.noise_state.classes = pictures, classes


register(Part("study", "the choice of many pictures", _study, _take_study, order=30))
register(Part("pair", "the choice of two models", _pair, _take_pair, order=31))
register(Part("scale", "the pictures behind a scale", _scale, _take_scale, order=32))
register(Part("noise", "the pictures for measuring noise", _noise, _take_noise, order=33))
