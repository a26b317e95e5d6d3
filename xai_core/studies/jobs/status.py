"""`status.json`: how far a job is, written by it about once a second, read by whoever watches."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from xai_core.base.errors import InputError, XaiError
from xai_core.base.storage.atomic import write_text
from xai_core.studies.jobs.lock import is_held

NAME, EVERY, OVER = "status.json", 1.0, 60.0


@dataclass(frozen=True)
class Status:
    """How far a job is.

    Attributes:
        state: `running`, `done`, `cancelled`, `failed`, or `interrupted` where it ended without a
            word, by a kill or a power cut.
        done: pictures that need nothing more. total: of all; None before they are counted.
        new: pictures computed since it started. broken: refused ones, of `done`.
        deaths: workers that died and were replaced. rate: pictures a second, over a minute.
        seconds_left: at that rate; None where that cannot be told. error: why it failed.
        maps: pictures whose maps are kept, of `maps_total`, which is known once the scores have
            said which ones. lacking: names of wanted ones that the source does not have.
    """

    state: str = "running"
    done: int = 0
    total: int | None = None
    new: int = 0
    broken: int = 0
    deaths: int = 0
    workers: int = 0
    engine: str = ""
    rate: float = 0.0
    seconds_left: float | None = None
    seconds: float = 0.0
    error: str = ""
    maps: int = 0
    maps_total: int | None = None
    lacking: tuple[str, ...] = ()

    @property
    def over(self) -> bool:
        """Whether nobody computes any more."""
        return self.state != "running"

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def read_status(folder: Path) -> Status:
    """That of a folder. Raises `InputError` where no job was there."""
    found = _read(folder)
    if found.state == "running" and is_held(folder) is False:
        found = _read(folder)  # a job that has ended since it was read has said so
        return interrupted(found) if found.state == "running" else found
    return found


def interrupted(status: Status) -> Status:
    """That of a job that said it runs, and does not."""
    return replace(status, state="interrupted", rate=0.0, seconds_left=None)


def _read(folder: Path) -> Status:
    try:
        told = json.loads((folder / NAME).read_text(encoding="utf-8"))
        found = {one.name: told[one.name] for one in fields(Status) if one.name in told}
        return Status(**{**found, "lacking": tuple(map(str, found.get("lacking", ())))})
    except FileNotFoundError:
        raise InputError(f"No study was computed in {folder}.", "Check the folder.") from None
    except (OSError, ValueError, TypeError, AttributeError) as cause:
        raise InputError(f"The {NAME} of {folder} cannot be read: {cause}.") from cause


class Reporter:
    """Writes the status of a job. What cannot be written is no reason to stop."""

    def __init__(self, folder: Path, engine: str) -> None:
        self._path = folder / NAME
        self.status = Status(engine=engine)
        self._start = self._written = time.monotonic()
        self._past: deque[tuple[float, int]] = deque([(self._start, 0)])
        self.write()

    def update(self, **changes: Any) -> None:
        """Take new figures; writes them where the last ones are old."""
        now = time.monotonic()
        found = replace(self.status, **changes, seconds=now - self._start)
        self._past.append((now, found.new))
        while len(self._past) > 2 and now - self._past[1][0] > OVER:
            self._past.popleft()
        then, before = self._past[0]
        rate = (found.new - before) / max(now - then, 1e-9)
        left = None
        if found.total is not None and rate > 0:
            left = max(0, found.total - found.done) / rate
        self.status = replace(found, rate=rate, seconds_left=left)
        if now - self._written >= EVERY:
            self.write()

    def end(self, state: str, error: str = "") -> Status:
        """The last word."""
        now = time.monotonic() - self._start
        rate = self.status.new / max(now, 1e-9)
        self.status = replace(
            self.status, state=state, error=error, seconds=now, seconds_left=None, rate=rate
        )
        self.write()
        return self.status

    def write(self) -> None:
        """Now."""
        self._written = time.monotonic()
        try:
            write_text(self._path, json.dumps(self.status.to_dict()))
        except XaiError:
            return  # the disk is full: the rows will say so


def told(status: Status) -> Iterator[str]:
    """For a person, in lines."""
    total = "…" if status.total is None else f"{status.total:,}"
    broken = f", {status.broken:,} of them refused" if status.broken else ""
    yield f"{status.state}: {status.done:,} of {total} pictures{broken}"
    if status.state == "running" and status.rate > 0:
        left = "" if status.seconds_left is None else f", {_time(status.seconds_left)} left"
        yield f"{status.rate:.2g} pictures a second{left}"
    if status.maps or status.maps_total:
        of = "" if status.maps_total is None else f" of {status.maps_total:,}"
        yield f"maps of {status.maps:,}{of} pictures are kept"
    for name in status.lacking:
        yield f"no map of {name}: it is not in the source"
    if status.deaths:
        plural = "worker has" if status.deaths == 1 else "workers have"
        yield f"{status.deaths:,} {plural} died and been replaced"
    if status.error:
        yield status.error


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
