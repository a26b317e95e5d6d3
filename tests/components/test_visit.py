"""When a session counts as left, and what ends with it."""

from __future__ import annotations

import threading
import time

from components.session.visitor.visit import Visit

PATIENCE = 60.0


def test_who_stays_away_is_gone_and_all_is_told_once() -> None:
    visit = Visit(0.01)
    told: list[str] = []
    done = threading.Event()
    visit.at_end("files", lambda: told.append("replaced"))
    visit.at_end("files", lambda: told.append("files"))
    visit.at_end("done", done.set)
    visit.came()
    gone = visit.gone
    visit.left()
    visit.left()
    assert done.wait(PATIENCE)
    assert gone.is_set()
    assert told == ["files"]


def test_who_comes_back_in_time_is_not_gone() -> None:
    visit = Visit(3600.0)
    visit.at_end("files", lambda: None)
    before = set(threading.enumerate())
    visit.left()
    came = set(threading.enumerate()) - before
    timers = [one for one in came if isinstance(one, threading.Timer)]
    assert timers
    visit.came()
    assert not visit.gone.is_set()
    for timer in timers:
        timer.join(PATIENCE)  # it would take an hour, were it not stopped
        assert not timer.is_alive()


def test_who_comes_back_too_late_starts_anew() -> None:
    visit = Visit(0.01)
    visit.left()
    gone = visit.gone
    assert gone.wait(PATIENCE)
    visit.came()
    assert not visit.gone.is_set()
    assert gone.is_set()  # what was stopped stays stopped
    time.sleep(0.05)
    assert not visit.gone.is_set()


def test_what_is_computed_goes_on_while_nobody_looks_but_not_for_ever() -> None:
    busy = True
    visit = Visit(0.01, longest=3600.0)
    visit.works(lambda: busy)
    visit.came()
    visit.came()  # a reload: the new session comes before the old one leaves
    visit.left()
    gone = visit.gone
    assert not gone.wait(0.1)
    visit.left()
    assert not gone.wait(0.1)
    busy = False
    assert gone.wait(PATIENCE)
    short = Visit(0.01, longest=0.05)
    short.works(lambda: True)
    short.left()
    assert short.gone.wait(PATIENCE)
