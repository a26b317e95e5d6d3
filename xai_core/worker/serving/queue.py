"""Room for a bounded number of workers, and the queue for it. Bookkeeping only: no threads here."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
W = TypeVar("W")


@dataclass(eq=False)
class Place(Generic[W]):
    """Room for one worker.

    Attributes:
        worker: None until its first user has started it.
        closing: the worker that had this room before; it has to end before the new one starts.
        since: when it was last given back. left: when its last user went away.
        unwanted: to be closed as soon as it is idle.
    """

    worker: W | None = None
    closing: W | None = None
    busy: bool = True
    since: float = 0.0
    left: float = 0.0
    unwanted: bool = False
    users: set[object] = field(default_factory=set)


@dataclass(eq=False)
class Ticket(Generic[K, W]):
    """One request: who wants the worker of which key, and the place once it is given.

    Attributes:
        patient: one of many in a row; lets all go first who came earlier and wait for room.
    """

    key: K
    user: object
    place: Place[W] | None = None
    patient: bool = False


class Places(Generic[K, W]):
    """At most `size` places, given to tickets first come, first served.

    A ticket goes on as soon as the place of its key is idle, or there is room for a new one. Room
    is made by taking the place that has been idle for longest, never one in use.

    Args:
        idle: seconds after which an unused worker is late. orphaned: the same, for one whose users
            have all left.
        linger: seconds for which an idle worker is not taken for another key. A page asks its model
            several things in a row; without this, two of them could close each other's in turn.
    """

    def __init__(self, size: int, idle: float, orphaned: float, linger: float = 0.0) -> None:
        self.size = size
        self.by_key: dict[K, Place[W]] = {}
        self._queue: list[Ticket[K, W]] = []
        self._idle, self._orphaned, self._linger = idle, min(idle, orphaned), linger

    @property
    def awaited(self) -> bool:
        """Whether a ticket has no place yet."""
        return bool(self._queue)

    def enqueue(self, ticket: Ticket[K, W], now: float) -> None:
        """Ask for a place."""
        self._queue.append(ticket)
        self.serve(now)

    def withdraw(self, ticket: Ticket[K, W]) -> None:
        """Ask no longer; a place that was given already is to be given back."""
        if ticket in self._queue:
            self._queue.remove(ticket)

    def serve(self, now: float) -> None:
        """Give places to all who can go on now, in the order in which they came."""
        for ticket in list(self._queue):
            if ticket.patient and self._room_wanted_before(ticket):
                continue
            place = self.by_key.get(ticket.key)
            if place is None:
                place = self._room(now)
                if place is None:
                    continue
                self.by_key[ticket.key] = place
            elif place.busy:
                continue
            place.busy = True
            place.users.add(ticket.user)
            ticket.place = place
            self._queue.remove(ticket)

    def before(self, ticket: Ticket[K, W]) -> int:
        """How many go before a waiting ticket, the one in progress included; 0: it has a place."""
        if ticket not in self._queue:
            return 0
        earlier = self._queue[: self._queue.index(ticket)]
        if ticket.key in self.by_key:
            earlier = [one for one in earlier if one.key == ticket.key]
        return 1 + len(earlier)

    def give_back(self, key: K, place: Place[W], now: float) -> bool:
        """The place is used no longer; False where its worker is to be ended."""
        place.busy, place.since = False, now
        stays = place.worker is not None and not place.unwanted
        if not stays and self.by_key.get(key) is place:
            del self.by_key[key]
        self.serve(now)
        return stays

    def leave(self, user: object, now: float) -> None:
        """`user` will not come back soon."""
        for place in self.by_key.values():
            if user in place.users:
                place.users.remove(user)
                place.left = now

    def take_late(self, now: float) -> list[Place[W]]:
        """Take away the places that have been idle for too long."""
        late = [key for key, place in self.by_key.items() if self._left(place, now) <= 0]
        taken = [self.by_key.pop(key) for key in late]
        self.serve(now)
        return taken

    def next_late(self, now: float) -> float | None:
        """Seconds until a place can be late, if nothing happens; None where there are none."""
        return min((self._left(place, now) for place in self.by_key.values()), default=None)

    def _room_wanted_before(self, ticket: Ticket[K, W]) -> bool:
        earlier = self._queue[: self._queue.index(ticket)]
        return any(one.key not in self.by_key for one in earlier)

    def _room(self, now: float) -> Place[W] | None:
        if len(self.by_key) < self.size:
            return Place()
        idle = [
            key
            for key, place in self.by_key.items()
            if not place.busy and now - place.since >= self._linger
        ]
        if not idle:
            return None
        oldest = min(idle, key=lambda key: self.by_key[key].since)
        return Place(closing=self.by_key.pop(oldest).worker)

    def _left(self, place: Place[W], now: float) -> float:
        if place.busy:
            return self._idle
        if place.users:
            return place.since + self._idle - now
        return max(place.since, place.left) + self._orphaned - now
