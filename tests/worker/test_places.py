"""Who gets which place: without threads, with a clock that the test sets."""

from __future__ import annotations

from xai_core.worker.serving.queue import Place, Places, Ticket

Tickets = Ticket[str, str]


def places(size: int = 2) -> Places[str, str]:
    return Places(size, idle=100.0, orphaned=10.0)


def ask(all_places: Places[str, str], key: str, user: object = "ann") -> Tickets:
    ticket: Tickets = Ticket(key, user)
    all_places.enqueue(ticket, 1000.0)
    if ticket.place is not None and ticket.place.worker is None:
        ticket.place.worker = f"worker of {key}"
    return ticket


def done(all_places: Places[str, str], ticket: Tickets, now: float) -> bool:
    assert ticket.place is not None
    return all_places.give_back(ticket.key, ticket.place, now)


def test_the_worker_that_was_idle_for_longest_makes_room() -> None:
    room = places()
    for now, key in enumerate(("a", "b", "a")):
        assert done(room, ask(room, key), float(now))
    newest = ask(room, "c")
    assert newest.place is not None
    assert newest.place.closing == "worker of b"
    assert set(room.by_key) == {"a", "c"}


def test_a_worker_in_use_is_never_closed() -> None:
    room = places()
    first, second, third = ask(room, "a"), ask(room, "b"), ask(room, "c")
    assert third.place is None
    assert {first.place, second.place} == set(room.by_key.values())
    assert done(room, second, 0.0)
    assert third.place is not None
    assert third.place.closing == "worker of b"
    assert room.by_key["a"] is first.place


def test_the_queue_is_served_in_order_and_tells_each_its_place() -> None:
    room = places(1)
    running = ask(room, "a")
    same, other, again = ask(room, "a"), ask(room, "b"), ask(room, "a")
    assert [room.before(one) for one in (running, same, other, again)] == [0, 1, 2, 2]
    order = []
    for _ in range(3):
        waiting = [one for one in (same, other, again) if one not in order]
        done(room, running, 0.0)
        running = next(one for one in waiting if one.place is not None)
        assert sum(one.place is not None for one in waiting) == 1
        assert running.place is not None
        running.place.worker = running.key
        order.append(running)
    assert order == [same, other, again]


def test_a_later_request_for_an_idle_worker_does_not_wait_for_those_who_need_room() -> None:
    room = places(2)
    ask(room, "a")
    held = ask(room, "b")
    needs_room = ask(room, "c")
    for_b = ask(room, "b")
    assert room.before(for_b) == 1
    done(room, held, 0.0)
    assert needs_room.place is not None  # it came first, so b was closed for it
    assert for_b.place is None


def test_a_worker_lingers_for_its_users_before_it_makes_room_for_another() -> None:
    room: Places[str, str] = Places(1, idle=100.0, orphaned=10.0, linger=5.0)
    done(room, ask(room, "a"), 999.0)
    other, same = ask(room, "b"), ask(room, "a")
    assert other.place is None
    assert same.place is not None
    done(room, same, 1001.0)
    room.serve(1005.0)
    assert other.place is None
    room.serve(1006.0)
    assert other.place is not None


def test_who_withdraws_is_passed_over() -> None:
    room = places(1)
    running, left, stays = ask(room, "a"), ask(room, "a"), ask(room, "a")
    room.withdraw(left)
    assert room.before(stays) == 1
    done(room, running, 0.0)
    assert left.place is None
    assert stays.place is not None


def test_a_worker_that_did_not_start_leaves_its_room_free() -> None:
    room = places(1)
    failed = ask(room, "a")
    assert failed.place is not None
    failed.place.worker = None
    waiting = ask(room, "b")
    assert not done(room, failed, 0.0)
    assert waiting.place is not None
    assert set(room.by_key) == {"b"}


def test_idle_workers_are_late_in_time_and_earlier_once_their_users_have_left() -> None:
    room = places(3)
    done(room, ask(room, "a", "ann"), 0.0)
    done(room, ask(room, "b", "ben"), 0.0)
    done(room, ask(room, "b", "ann"), 0.0)
    ask(room, "busy", "ann")
    assert room.next_late(0.0) == 100.0
    room.leave("ann", 20.0)
    assert room.next_late(20.0) == 10.0
    assert room.take_late(29.0) == []
    assert [one.worker for one in room.take_late(31.0)] == ["worker of a"]
    assert [one.worker for one in room.take_late(101.0)] == ["worker of b"]
    assert set(room.by_key) == {"busy"}


def test_room_that_got_free_by_time_goes_to_who_waits() -> None:
    room = places(1)
    place: Place[str] = Place(worker="old", busy=False)
    room.by_key["old"] = place
    waiting = ask(room, "new")
    assert waiting.place is not None
    assert waiting.place.closing == "old"


def test_who_asks_many_times_in_a_row_lets_others_in_between() -> None:
    """Its worker is idle between two of its requests, but not for long enough to be taken."""
    room: Places[str, str] = Places(1, idle=100.0, orphaned=10.0, linger=1.0)
    first, other = ask(room, "study"), ask(room, "other")
    assert done(room, first, 1000.0)
    hasty = ask(room, "study")
    assert hasty.place is not None, "anybody else's worker stays with who asks again at once"
    assert done(room, hasty, 1000.5)
    again: Tickets = Ticket("study", "ann", patient=True)
    room.enqueue(again, 1000.6)
    assert again.place is None
    room.serve(1001.5)
    assert other.place is not None
    other.place.worker = "worker of other"
    assert done(room, other, 1002.0)
    room.serve(1003.0)
    assert again.place is not None


def test_who_is_patient_waits_for_nobody_who_wants_no_room() -> None:
    room = places(2)
    busy, other = ask(room, "busy"), ask(room, "study")
    waiting = ask(room, "busy", "ben")
    assert done(room, other, 1.0)
    patient: Tickets = Ticket("study", "ann", patient=True)
    room.enqueue(patient, 2.0)
    assert patient.place is not None
    assert waiting.place is None
    assert busy.place is not None
