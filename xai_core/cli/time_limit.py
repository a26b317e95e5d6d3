"""`--time-limit`: how long a step may take, and what of it a proof gets."""

from __future__ import annotations

import argparse
import math

from xai_core.base.patience import CALL_SECONDS, patience_of, proof_seconds
from xai_core.worker import Worker


def add_time_limit(parser: argparse.ArgumentParser) -> None:
    """Of every step: loading, the verdict, each map."""
    parser.add_argument(
        "--time-limit",
        type=_seconds,
        metavar="SECONDS",
        help="of each step, after which it is stopped: loading, the verdict, a map; a longer one "
        f"lets a proof go on (default: {CALL_SECONDS:g} without a sign of progress)",
    )


def worker_of(args: argparse.Namespace) -> Worker:
    """A process with that limit; without one it may take long while it tells its progress."""
    if args.time_limit is None:
        return Worker(silence=CALL_SECONDS)
    return Worker(time_limit=args.time_limit, proof_limit=proof_seconds(args.time_limit))


def patience(args: argparse.Namespace) -> float:
    """How many times the usual limits of conversions hold."""
    return 1.0 if args.time_limit is None else patience_of(args.time_limit)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"expected seconds above 0, not {text!r}")
    return seconds
