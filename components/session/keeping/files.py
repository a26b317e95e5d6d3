"""What can be chosen and what is: models, pictures, the upload in hand, the target."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.session.keeping import places, sources, trust
from components.session.keeping.parts import Part, register
from components.session.keeping.values import maybe, several, table, text, texts
from components.session.state.workspace import Pending, Photo, Source, Workspace
from xai_core.base.target import Target, class_or_target
from xai_core.pictures.backgrounds import held as backgrounds

GONE = "{} is no longer on the server; upload it again."
AGAIN = "{} was opened with trust, which ends with the server's process. Open it again: page Model."


def paths(space: Workspace) -> list[Path]:
    """All files that a workspace needs to be what it is."""
    photos = (*space.photos.values(), *space.study_state.uploaded.values())
    found = [path for one in photos for path in one.files]
    found += [backgrounds.file_of(one) for one in backgrounds.named_in(space.settings)]
    for source in space.sources.values():
        others = (one.file for one in source.options.other_inputs if one.file is not None)
        found += [source.path, *source.options.code, *others]
    for pending in (space.pending, *space.again.values()):
        if pending is not None:
            found += [pending.path, *pending.files.values()]
    return found


def as_json(target: int | Target | None) -> Any:
    """A target; `class_or_target` is the way back."""
    return target.to_dict() if isinstance(target, Target) else target


def _write(space: Workspace) -> dict[str, Any]:
    models = filter(None, map(sources.told, space.sources.values()))
    again = filter(None, map(_pending, space.again.values()))
    return {
        "sources": list(models),
        "photos": photos_told(space.photos),
        "source": space.source,
        "photo": space.photo,
        "target": as_json(space.target),
        "pending": None if space.pending is None else _pending(space.pending),
        "again": list(again),
    }


def _read(space: Workspace, data: Any) -> None:
    given, notes = table(data), list[str]()
    found, again = _sources(given["sources"], notes)
    photos = photos_of(given["photos"], notes)
    waiting = filter(None, several(given["again"], lambda one: _pending_of(one, notes)))
    pending = maybe(given["pending"], lambda one: _pending_of(one, notes))
    source, photo = text(given["source"]), text(given["photo"])
    target = class_or_target(given["target"])
    space.sources, space.photos = found or space.sources, photos or space.photos
    space.again = {one.name: one for one in waiting} | again
    space.source = source if source in space.sources else next(iter(space.sources))
    space.photo = photo if photo in space.photos else next(iter(space.photos))
    if (source, photo) == (space.source, space.photo):
        space.target = target
    else:
        space.target = None  # what a new workspace explains is of its own model and picture
        if source in space.again and photo == space.photo:
            space.again[source].target = target
    space.pending = pending
    space.notes += notes


def _sources(data: Any, notes: list[str]) -> tuple[dict[str, Source], dict[str, Pending]]:
    """Those that can be used, and those that are to be opened with trust again."""
    found: dict[str, Source] = {}
    again: dict[str, Pending] = {}
    for one in several(data, table):
        try:
            source = sources.source_of(one)
        except FileNotFoundError:
            notes.append(GONE.format(text(one["title"])))
            continue
        trusted = source.options.trust or source.options.code
        if trusted and not trust.stands(one):
            again[source.title] = sources.asked_again(source)
            notes.append(AGAIN.format(source.title))
        else:
            found[source.title] = source
    return found, again


def photos_told(photos: Mapping[str, Photo]) -> list[dict[str, Any]]:
    """Pictures as JSON; `photos_of` is the way back."""
    named: list[dict[str, Any]] = []
    for name, one in photos.items():
        mask = None if one.mask is None else places.told(one.mask)
        named.append(
            {"name": name, "file": places.told(one.path), **({"mask": mask} if mask else {})}
        )
    return [one for one in named if one["file"] is not None]


def photos_of(data: Any, notes: list[str]) -> dict[str, Photo]:
    """Pictures by name; what is missing is noted."""
    found: dict[str, Photo] = {}
    for one in several(data, table):
        name = text(one["name"])
        try:
            mask = maybe(one.get("mask"), places.path_of)
            found[name] = Photo(name, places.path_of(one["file"]), mask)
        except FileNotFoundError:
            notes.append(GONE.format(name))
    return found


def _pending(pending: Pending) -> dict[str, Any] | None:
    """Without its code: who gives that gives trust, and is asked again."""
    file = places.told(pending.path)
    files = {name: places.told(path) for name, path in pending.files.items()}
    if file is None or None in files.values():
        return None
    return {
        "name": pending.name,
        "file": file,
        "labels": None if pending.labels is None else list(pending.labels),
        "others": pending.others,
        "files": files,
        "architecture": pending.architecture,
        "target": as_json(pending.target),
    }


def _pending_of(data: Any, notes: list[str]) -> Pending | None:
    given = table(data)
    labels = maybe(given["labels"], texts)
    try:
        return Pending(
            name=text(given["name"]),
            path=places.path_of(given["file"]),
            labels=None if labels is None else tuple(labels),
            others=text(given["others"]),
            files={name: places.path_of(one) for name, one in table(given["files"]).items()},
            architecture=text(given["architecture"]),
            target=class_or_target(given["target"]),
        )
    except FileNotFoundError:
        notes.append(GONE.format(text(given["name"])))
        return None


register(Part("files", "models and pictures", _write, _read, order=10))
