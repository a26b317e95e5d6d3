"""One model, many pictures: Complexity of every method at every quantile, kept as it comes.

Each picture and method is a file of its own, written whole or not at all, in a folder that is named
by all that the results depend on. Who starts the same study again goes on where it stopped; another
picture, method or parameter computes only what is new.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64

from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.result import Attribution
from xai_core.base.errors import InputError
from xai_core.base.pace import Pace
from xai_core.base.parameters import build
from xai_core.base.storage.files import write_whole
from xai_core.studies.entry import QUANTILES, Entry, failed, measured, read_entry
from xai_core.studies.records import Records, named
from xai_core.studies.setting import Setting as Setting

PACE = "pace.txt"


@dataclass(frozen=True)
class Table:
    """What a study knows so far.

    Attributes:
        raw: `[P, M]`. curves: `[P, M, Q]`. NaN where there is nothing yet, or no score.
        done: how many of the pictures have an entry for every method.
        causes: by picture and method (their places), why there is no score.
        targets: by picture, the class that was explained, where that is known.
    """

    raw: Float64[np.ndarray, "p m"]
    curves: Float64[np.ndarray, "p m q"]
    done: int
    causes: Mapping[tuple[int, int], str]
    targets: Mapping[int, int | None]

    def at(self, quantile: float) -> Float64[np.ndarray, "p m"]:
        """Scores at the nearest of `QUANTILES`."""
        return self.curves[:, :, int(np.abs(QUANTILES - quantile).argmin())]


Methods = Mapping[str, Mapping[str, Any]]
"""Parameters by method name; missing ones take their defaults."""


class Study(Records[Entry]):
    """The entries of one setting, on disk and, once read, in memory."""

    def __init__(self, setting: Setting, folder: Path | None = None) -> None:
        super().__init__(setting, folder)
        self.setting = setting
        self._entries: dict[str, Entry] = {}

    @property
    def begun(self) -> bool:
        """Whether anything is kept of it, its pace included."""
        return any(self.folder.glob("[!.]*"))

    @property
    def pace(self) -> Pace:
        """How the model is run for every entry; the plain way unless `keep_to` said otherwise."""
        try:
            return Pace.of_text((self.folder / PACE).read_text(encoding="utf-8"))
        except (OSError, ValueError, InputError):
            return Pace()

    def keep_to(self, pace: Pace) -> None:
        """Run the model so for every entry; a study that has begun keeps to its own pace.

        Raises:
            InputError: a pace with autocast, whose effect on each map would not be kept.
            XaiError: the disk is full or cannot be written.
        """
        if pace.autocast:
            raise InputError("A study runs in float32, without autocast.", "Leave it out.")
        if not self.begun:
            write_whole(self.folder / PACE, str(pace).encode())

    def entry(self, picture: str, method: str, parameters: Mapping[str, Any]) -> Entry | None:
        """As of `Records`."""
        name = f"{named(picture, method, parameters)}.json"
        if name not in self._entries:
            found = read_entry(self.folder / name)
            if found is None:
                return None
            self._entries[name] = found
        return self._entries[name]

    def keep(self, picture: str, method: str, parameters: Mapping[str, Any], entry: Entry) -> None:
        """As of `Records`."""
        told = {"method": method, "parameters": dict(parameters), **entry.to_dict()}
        name = f"{named(picture, method, parameters)}.json"
        write_whole(self.folder / name, json.dumps(told).encode())
        self._entries[name] = entry

    def of_map(self, attribution: Attribution, content: tuple[int, int, int, int]) -> Entry:
        """What an attribution scores."""
        return measured(attribution, replace(self.setting.recipe, crop=content))

    def of_failure(self, target: int | None, cause: str) -> Entry:
        """Why there is no score."""
        return failed(target, cause)

    def table(self, pictures: Sequence[str], methods: Methods) -> Table:
        """All entries of these pictures (SHA-256) and methods, in this order."""
        raw = np.full((len(pictures), len(methods)), np.nan)
        curves = np.full((*raw.shape, len(QUANTILES)), np.nan)
        causes: dict[tuple[int, int], str] = {}
        targets: dict[int, int | None] = {}
        done = 0
        for row, picture in enumerate(pictures):
            found = [self.entry(picture, *one) for one in methods.items()]
            done += None not in found
            for column, entry in enumerate(found):
                if entry is None:
                    continue
                raw[row, column], curves[row, column] = entry.raw, entry.curve
                targets.setdefault(row, entry.target)
                if entry.cause:
                    causes[row, column] = entry.cause
        return Table(raw, curves, done, causes, targets)


def complete(methods: Methods) -> dict[str, dict[str, Any]]:
    """With every parameter, checked. Raises `InputError`."""
    if not methods:
        raise InputError("A study needs at least one method.", "Choose some.")
    return {name: asdict(build(METHODS[name].Parameters, given)) for name, given in methods.items()}
