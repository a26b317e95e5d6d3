"""`study`: many pictures, computed by several processes and kept in a folder."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from xai_core.base.errors import Cancelled, InputError
from xai_core.cli.console import changing_line, print_json, say, tell
from xai_core.cli.study.arguments import given_beside_resume, maps_of, metrics_of
from xai_core.cli.study.plan import planned
from xai_core.cli.study.summary import summary_json, summary_text
from xai_core.studies.asked.maps import MapChoice
from xai_core.studies.host.processes import Processes
from xai_core.studies.jobs.driver import ask_to_stop, run_job
from xai_core.studies.jobs.plan import Plan, read_plan
from xai_core.studies.jobs.status import Status, read_status, told

INTERRUPTED = 130
USUAL = 0.2  # quantile


def run(args: argparse.Namespace) -> int:
    """Start a study, go on with one, stop it, or tell how far it is."""
    if args.status is not None:
        _tell_status(read_status(args.status), args)
        return 0
    if args.cancel is not None:
        ask_to_stop(args.cancel)
        say(f"{args.cancel} is asked to stop. What is finished is kept.")
        return 0
    if args.quantile is None and args.resume is None:
        args.quantile = USUAL
    MapChoice.of_words(maps_of(args))  # wrong ones show at once
    with _planned(args) as (plan, folder, begun), _stoppable():
        try:
            with changing_line() as line:
                run_job(plan, folder, line and (lambda s: line("; ".join(told(s)))), begun)
        except (Cancelled, KeyboardInterrupt):
            tell(f"cancelled; what is finished is kept: go on with --resume {folder}")
            return INTERRUPTED
    if args.json:
        print_json(summary_json(folder, plan, args.quantile))
    else:
        say(*summary_text(folder, args.quantile))
    return 0


@contextmanager
def _planned(args: argparse.Namespace) -> Iterator[tuple[Plan, Path, Processes | None]]:
    """What is to be computed, its folder, and where its model is open. Raises `InputError`."""
    if args.resume is None:
        with planned(args) as (plan, begun):
            yield plan, args.keep, begun
    else:
        yield _gone_on_with(args), args.resume, None


def _gone_on_with(args: argparse.Namespace) -> Plan:
    """The plan of --resume. Raises `InputError`."""
    beside = given_beside_resume(args)
    if beside:
        raise InputError(
            "--resume knows the model, the pictures and what was asked of them; "
            f"{', '.join(beside)} would be of another study.",
            "Leave it out, or give MODEL and PICTURES with --keep, which goes on where it can.",
        )
    plan = read_plan(args.resume).with_trust(args.trust)
    if args.quantile is None:
        args.quantile = plan.quantile
    asked = metrics_of(args, masks=False)
    if args.metrics and not {*asked} <= {*plan.setting.metrics}:
        raise InputError(
            f"This study measures {', '.join(plan.setting.metrics) or 'no further metrics'}, and "
            f"keeps to that; asked for: {', '.join(asked)}.",
            f"Give MODEL, PICTURES and --keep {args.resume}: what is there is taken over.",
        )
    given = {name: getattr(args, name) for name in ("engine", "workers", "address", "time_limit")}
    changes: dict[str, Any] = {name: one for name, one in given.items() if one is not None}
    if changes.get("engine", plan.engine) != plan.engine:
        changes.setdefault("address", None)
    if args.maps:
        changes |= {"maps": maps_of(args), "quantile": args.quantile}
    return replace(plan, **changes)


def _tell_status(status: Status, args: argparse.Namespace) -> None:
    if args.json:
        print_json({"schema": 1, **status.to_dict()})
    else:
        say(*told(status))


@contextmanager
def _stoppable() -> Iterator[None]:
    """A polite end (SIGTERM) is an interrupt: what is finished is written first."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGTERM)
    try:
        signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not the main thread: only that can be signalled
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
