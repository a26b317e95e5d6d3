"""The arguments of `study`, and what they mean to the core."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from xai_core.base.errors import InputError
from xai_core.cli.baseline import add_baseline
from xai_core.cli.options import (
    add_methods,
    add_model,
    add_pace,
    add_quantile,
    add_seed,
    add_settings,
    add_target,
)
from xai_core.cli.requests import methods_of
from xai_core.scores.public.asked_metric import AskedMetric, asked_metrics, localisation_metrics
from xai_core.studies.asked.maps import WORDS
from xai_core.studies.engines.base import ENGINES
from xai_core.studies.store import complete

BESIDE_RESUME = (
    *("help", "resume", "engine", "workers", "address", "time_limit", "trust", "metrics", "maps"),
    *("quantile", "json"),
)


def add_study(parser: argparse.ArgumentParser) -> None:
    """study MODEL PICTURES --keep FOLDER, or --resume FOLDER, or --status FOLDER."""
    add_model(parser, needed=False)
    parser.add_argument(
        "pictures",
        nargs="?",
        metavar="PICTURES",
        help="a folder, zip, tar in WebDataset's form, CSV or Parquet manifest; or its URL",
    )
    add_methods(parser, needed=False)
    add_settings(parser, several=True)
    add_baseline(parser)
    add_target(parser)
    add_seed(parser)
    add_pace(parser)
    add_quantile(parser)
    parser.set_defaults(quantile=None)  # one that goes on keeps to its own
    _add_metrics(parser)
    _add_folders(parser)
    _add_engine(parser)
    parser.add_argument("--json", action="store_true", help="print the result, or status, as JSON")


def _add_metrics(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("beside the score")
    group.add_argument(
        "--metric",
        action="append",
        dest="metrics",
        default=[],
        nargs="+",
        metavar="NAME[@Q][:PARAM=VALUE,…]",
        help="of each map after removal at --quantile, or at Q, or @raw: deletion:steps=20; may be "
        "repeated. With masks in the source, those of localisation come without being asked",
    )
    group.add_argument(
        "--no-localisation", action="store_true", help="do not compare maps with the source's masks"
    )
    group.add_argument(
        "--maps",
        action="append",
        default=[],
        nargs="+",
        metavar="WHICH",
        help=f"maps to keep as .npy: {WORDS}, or a picture's name; may be repeated",
    )


def _add_folders(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("folder of the study")
    one = group.add_mutually_exclusive_group()
    one.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="keep the study there; one that is there already goes on",
    )
    one.add_argument(
        "--resume",
        type=Path,
        metavar="FOLDER",
        help="go on with the study in it, which knows all it needs but --trust",
    )
    one.add_argument("--status", type=Path, metavar="FOLDER", help="how far the study in it is")
    one.add_argument(
        "--cancel", type=Path, metavar="FOLDER", help="stop the study in it, and keep what is done"
    )


def _add_engine(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what computes it")
    group.add_argument(
        "--engine",
        choices=ENGINES.names(),
        help="; ".join(f"{one.name}: {one.summary}" for one in ENGINES) + " (default: local)",
    )
    group.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="processes with the model (default: one for each GPU, else for each core)",
    )
    group.add_argument(
        "--address", metavar="HOST:PORT", help="of a Ray cluster (default: this machine alone)"
    )


def study_methods(args: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """The methods with all their parameters. Raises `InputError`."""
    methods = methods_of(args)
    for name, key, value in args.set:
        if name not in methods:
            raise InputError(
                f"--set {name}.{key} is of no method that was asked for.",
                f"Asked for: {', '.join(methods) or 'none'}.",
            )
        methods[name][key] = value
    return complete(methods)


def given_beside_resume(args: argparse.Namespace) -> list[str]:
    """What was given that a study which goes on would not look at."""
    parser = argparse.ArgumentParser()
    add_study(parser)
    return [
        next(iter(one.option_strings), str(one.metavar))
        for one in parser._actions
        if one.dest not in BESIDE_RESUME
        and getattr(args, one.dest, one.default) not in (one.default, parser.get_default(one.dest))
    ]


def maps_of(args: argparse.Namespace) -> tuple[str, ...]:
    """Which maps are kept, in words."""
    return tuple(word for group in args.maps for word in group)


def metrics_of(args: argparse.Namespace, masks: bool) -> tuple[str, ...]:
    """The metrics that are measured beside the score. Raises `InputError`.

    Args:
        masks: whether the source says what maps should show.
    """
    asked = [one for group in args.metrics for one in group]
    found = asked_metrics(asked, args.quantile)
    if masks and not args.no_localisation:
        named = {AskedMetric.of_text(one).name for one in found}
        usual = localisation_metrics(args.quantile)
        found += tuple(one for one in usual if AskedMetric.of_text(one).name not in named)
    return found
