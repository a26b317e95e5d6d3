"""`setting.json`: what a study's folder says of itself, so that nothing else is mixed into it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from xai_core.base.errors import InputError
from xai_core.base.pace import Pace
from xai_core.base.storage.atomic import flush, write_text
from xai_core.base.storage.drafts import DRAFT
from xai_core.base.storage.files import writing
from xai_core.studies.setting import Setting

NAME, SCHEMA = "setting.json", 1
MEASURED = ("metrics", "truths")  # what does not change a map, or its score


@dataclass(frozen=True)
class Description:
    """What is the same for all rows of a study.

    Attributes:
        key: of its `Setting`. fixed: all that the key is over, and the pace: as JSON, without
            secrets; every row depends on it. told: what else is worth keeping and may differ from
            start to start: methods, where the pictures are, versions.
    """

    key: str
    fixed: Mapping[str, Any]
    told: Mapping[str, Any] = field(default_factory=dict)

    @staticmethod
    def of(setting: Setting, pace: Pace | None = None, **told: Any) -> Description:
        """That of a setting. `told`: as JSON can hold it."""
        fixed = {**setting.told, "pace": asdict(pace or Pace())}
        return Description(setting.key, _plain(fixed), _plain(told))

    def begin(self, folder: Path) -> Description:
        """Write it into a folder that has none; otherwise the one that is there, of two starters
        the first one's.

        Raises:
            InputError: the folder is of another study; says in what they differ.
            XaiError: the disk is full or cannot be written.
        """
        with writing():
            folder.mkdir(parents=True, exist_ok=True)
        if not (folder / NAME).exists():
            _write_new(folder / NAME, self._text())
        found = read_description(folder)
        differ = _differences(found.fixed, self.fixed)
        if found.key != self.key or differ:
            raise InputError(
                f"The folder {folder.name} is of another study: {'; '.join(differ) or 'its key'}.",
                "Take another folder, or the same choices.",
            )
        return found

    def of_same_maps(self, other: Description) -> bool:
        """Whether nothing but what is measured of each map differs."""
        mine, others = (
            {name: told for name, told in one.fixed.items() if name not in MEASURED}
            for one in (self, other)
        )
        return mine == others

    def tell(self, folder: Path, **told: Any) -> Description:
        """Write it anew with more told, or told otherwise."""
        found = replace(self, told={**self.told, **_plain(told)})
        write_text(folder / NAME, found._text())
        return found

    def _text(self) -> str:
        told = {"schema": SCHEMA, "key": self.key, "fixed": self.fixed, "told": self.told}
        return json.dumps(told, indent=1)


def read_description(folder: Path) -> Description:
    """What a folder says of itself. Raises `InputError` where that is nothing, or broken."""
    try:
        told = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if told["schema"] > SCHEMA:
            raise InputError(
                f"The study in {folder.name} is of a later version.", "Update Pedestal."
            )
        return Description(str(told["key"]), dict(told["fixed"]), dict(told["told"]))
    except FileNotFoundError:
        raise InputError(f"There is no study in {folder.name}.", "Check the folder.") from None
    except (OSError, KeyError, ValueError, TypeError) as cause:
        raise InputError(
            f"The study in {folder.name} has an unreadable {NAME}.", "Take another folder."
        ) from cause


def _write_new(path: Path, text: str) -> None:
    """Write a file unless another one is faster: then its file stays."""
    with writing():
        handle, draft = tempfile.mkstemp(prefix=DRAFT, dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            flush(Path(draft))
            try:
                os.link(draft, path)
            except FileExistsError:
                return
            except OSError:  # a disk without hard links: the faster one may lose, not be mixed
                os.replace(draft, path)
            flush(path.parent)
        finally:
            Path(draft).unlink(missing_ok=True)


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(dict(told), default=str))
    return found


def _differences(there: Any, here: Any, name: str = "") -> list[str]:
    """Where two values of JSON differ, in words."""
    if isinstance(there, Mapping) and isinstance(here, Mapping):
        return [
            told
            for key in sorted({*there, *here})
            for told in _differences(there.get(key), here.get(key), f"{name} {key}".strip())
        ]
    return [] if there == here else [f"{name} {_short(there)}, not {_short(here)}"]


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
