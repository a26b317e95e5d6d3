"""A kept run as the list shows it: small files only, no maps."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from xai_core.base.errors import InputError, XaiError
from xai_core.base.target import DEFAULT, class_name, class_or_target, over_pictures
from xai_core.readiness.result import Verdict
from xai_core.readiness.verdict.json import from_json, to_json
from xai_core.runs.reading import STUDY, passes, read_facts

MAX_NAME, MAX_TAGS, MAX_NOTE = 120, 20, 500


@dataclass(frozen=True)
class Label:
    """What may change about a run, beside what never does.

    Attributes:
        pinned: never deleted to make room, and the model's and the picture's files stay, too.
        owner: who made it, as the program that keeps it names people.
        note: what its owner says to those who open its link, at most `MAX_NOTE` signs.
    """

    name: str = ""
    tags: tuple[str, ...] = ()
    pinned: bool = False
    owner: str = ""
    note: str = ""

    def changed(self, **changes: Any) -> Label:
        """With other values, each cut to what is kept of it."""
        label = replace(self, **changes)
        tags = dict.fromkeys(tag.strip()[:MAX_NAME] for tag in label.tags if tag.strip())
        return replace(
            label,
            name=label.name.strip()[:MAX_NAME],
            tags=(*tags,)[:MAX_TAGS],
            note=label.note.strip()[:MAX_NOTE],
        )


@dataclass(frozen=True)
class Kept:
    """A run in the list, without its maps.

    Attributes:
        size: bytes on disk. study: it is of many pictures. target: what was explained, as in
            `Run.target_label`. fingerprint: of a study, see `StudyResult`.
    """

    id: str
    folder: Path
    label: Label
    size: int
    study: bool
    model: str
    picture: str
    target: str
    methods: tuple[str, ...]
    created: str
    fingerprint: str = ""

    @property
    def title(self) -> str:
        """The name that it was given, else what it is of."""
        return self.label.name or f"{self.model} · {self.picture}"


def kept_in(folder: Path) -> Kept:
    """The run in a folder. Raises `InputError` where it cannot be read."""
    facts = read_facts(folder)
    try:
        if facts.get("kind") == STUDY:
            return _study_in(folder, facts)
        return Kept(
            id=folder.name,
            folder=folder,
            label=label_in(folder),
            size=size_of(folder),
            study=False,
            model=str(facts["model"]),
            picture=str(facts["picture"]),
            target=_target(facts),
            methods=tuple(map(str, facts["attributions"])),
            created=str(facts["created"]),
        )
    except (KeyError, TypeError, ValueError) as cause:
        raise InputError(f"There is no readable run in {folder.name}.") from cause


def _study_in(folder: Path, facts: Mapping[str, Any]) -> Kept:
    return Kept(
        id=folder.name,
        folder=folder,
        label=label_in(folder),
        size=size_of(folder),
        study=True,
        model=str(facts["model"]),
        picture=f"{len(facts['pictures'])} pictures",
        target=over_pictures(class_or_target(facts["target"])),
        methods=tuple(map(str, facts["methods"])),
        created=str(facts["created"]),
        fingerprint=str(facts.get("fingerprint", "")),
    )


def verdict_in(folder: Path) -> Verdict | None:
    """The verdict that was kept beside a run; None where none was, or it cannot be read."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return from_json(json.loads((folder / "verdict.json").read_text(encoding="utf-8")))
    return None


def _target(facts: Mapping[str, Any]) -> str:
    explained = facts.get("explained")
    if explained and explained["target"]["kind"] != DEFAULT:
        return str(explained["sentence"])
    index = facts["target"]
    named = {one["index"]: one["label"] for one in facts["guesses"]}
    if index in named:
        return class_name(str(named[index]), index)
    return "the only output" if index is None else class_name("", index)


def label_in(folder: Path) -> Label:
    """A run without a readable label is nobody's and has no name.

    Raises:
        XaiError: the label may be whole, and cannot be read at this moment.
    """
    try:
        with suppress(ValueError, TypeError, RecursionError):
            data = json.loads((folder / "label.json").read_text(encoding="utf-8"))
            known = {one.name: data[one.name] for one in fields(Label) if one.name in data}
            return Label(**{**known, "tags": tuple(known.get("tags", ()))})
    except OSError as cause:
        if passes(cause):  # or it would be nobody's, and not pinned, from then on
            raise XaiError(
                f"The label of {folder.name} cannot be read: {cause.strerror}.",
                "Try again later, or ask the server's operator.",
            ) from cause
    return Label()


def size_of(folder: Path) -> int:
    """Bytes of its files."""
    with suppress(OSError), os.scandir(folder) as files:  # deleted in this moment
        return sum(file.stat().st_size for file in files)
    return 0


def labels(label: Label, verdict: Verdict | None) -> dict[str, str]:
    """Texts of the files that are kept beside a run, by their names."""
    more = {"label": json.dumps(asdict(label))}
    if verdict is not None:
        more["verdict"] = json.dumps(to_json(verdict))
    return more
