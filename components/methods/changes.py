"""What is chosen otherwise than in the run on screen, by its old and its new value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from components.maps.tiles import title_of
from components.methods import precision
from components.session import backend
from components.session.state import chosen
from components.session.state.workspace import Workspace
from xai_core.base.target import Target, class_name
from xai_core.pictures.region import shown
from xai_core.targets.kinds.base import TARGETS


@dataclass(frozen=True)
class Change:
    """One thing; `before` is empty for what was not there. Its texts are not made plain yet."""

    what: str
    before: str = ""
    after: str = ""

    @property
    def told(self) -> str:
        """In a few words."""
        values = " → ".join(filter(None, (self.before, self.after)))
        return f"{self.what} {values}".strip()


def of(space: Workspace) -> tuple[Change, ...]:
    """Everything that *Compute* would do otherwise."""
    return (*_subject(space), *_methods(space))


def target_name(space: Workspace) -> str:
    """What is chosen to be explained, for a person; no model is asked."""
    asked, run = space.target, space.run
    here = (run.model, run.picture) == (space.source, space.photo)
    if isinstance(asked, Target):
        return _of_kind(asked)
    if asked is None:
        top = run.guesses[0] if here and run.guesses else None
        return class_name(top.label, top.index) if top else "the top class"
    known = {one.index: one.label for one in run.guesses} if here else {}
    return class_name(known.get(asked) or _label(space, asked), asked)


def _subject(space: Workspace) -> Iterator[Change]:
    run, other = space.run, False
    for what, before, after in (
        ("model", run.model, space.source),
        ("picture", run.picture, space.photo),
    ):
        if before != after:
            other = True
            yield Change(what, before, after)
    top = run.guesses[0].index if run.guesses else None
    wanted = top if space.target is None else space.target
    if wanted != run.asked if not other else space.target is not None:
        what = "what is explained" if isinstance(wanted, Target) else "class"
        yield Change(what, run.target_label, target_name(space))


def _methods(space: Workspace) -> Iterator[Change]:
    run, asked = space.run, chosen.asked(space)
    new = [name for name in asked if name not in {**run.attributions, **run.failures}]
    if new:
        yield Change("methods", "", ", ".join(map(title_of, new)))
    for name, given in asked.items():
        if name in run.attributions:
            one = run.attributions[name]
            differing = list(_differing({**one.parameters, "seed": one.seed}, given, space.seed))
            if differing:
                yield Change(f"parameters of {title_of(name)}", "", ", ".join(differing))
    if narrower := precision.changed(space):
        yield Change("autocast of", "", ", ".join(map(title_of, narrower)))


def _differing(before: Mapping[str, Any], given: Mapping[str, Any], seed: int) -> Iterator[str]:
    after = {**given, "seed": seed}
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield f"{name} {_value(before.get(name))} → {_value(after.get(name))}"


def _value(value: object) -> str:
    return "–" if value is None or value == "" else f"{shown(value)}"


def _of_kind(asked: Target) -> str:
    if asked.kind not in TARGETS:
        return asked.kind
    index = asked.parameters.get("index")
    told = f" of class {index}" if TARGETS[asked.kind].of_class and type(index) is int else ""
    return f"{TARGETS[asked.kind].title}{told if index != -1 else ''}"


def _label(space: Workspace, index: int) -> str:
    """A class name as far as it is known without opening a model."""
    source = space.sources.get(space.source)
    if source is None:
        return ""
    labels = source.labels or (backend.opened(source).labels if backend.is_open(source) else None)
    return labels[index] if labels and 0 <= index < len(labels) else ""
