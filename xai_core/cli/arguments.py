"""The arguments of each subcommand."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import get_args

from xai_core.attribution.noise.rule import NoiseType
from xai_core.cli.baseline import add_baseline
from xai_core.cli.inputs import add_labels
from xai_core.cli.options import (
    add_methods,
    add_model,
    add_outputs,
    add_pace,
    add_quantile,
    add_seed,
    add_settings,
    add_target,
    picture_help,
)
from xai_core.pictures.demo import picture_file as picture_file  # kept scripts ask for it here


def add_run(parser: argparse.ArgumentParser) -> None:
    """run."""
    parser.add_argument("--port", type=int, metavar="N", help="(default: 8501)")
    parser.add_argument(
        "--address", metavar="HOST", help="who may connect (default: localhost, this machine only)"
    )
    parser.add_argument(
        "options", nargs="*", metavar="-- OPTION", help="further options, for `streamlit run`"
    )


def add_check(parser: argparse.ArgumentParser) -> None:
    """check MODEL."""
    add_model(parser)
    parser.add_argument("--image", metavar="FILE", help="picture to run the checks on")
    add_target(parser)
    parser.add_argument(
        "--write-build",
        type=Path,
        metavar="FILE",
        help="where a known body has an unclear head: write the Python file to complete",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the verdict as JSON")
    form.add_argument(
        "--markdown", action="store_true", help="print the verdict as a comment on a pull request"
    )


def add_explain(parser: argparse.ArgumentParser) -> None:
    """explain MODEL IMAGE."""
    add_model(parser)
    parser.add_argument("image", metavar="IMAGE", help=picture_help())
    parser.add_argument("--method", required=True, metavar="NAME", help="attribution method")
    add_settings(parser)
    add_baseline(parser)
    add_target(parser)
    add_labels(parser)
    add_seed(parser)
    add_pace(parser)
    add_outputs(parser)


def add_rank(parser: argparse.ArgumentParser) -> None:
    """rank MODEL IMAGE…"""
    add_model(parser)
    parser.add_argument(
        "images", nargs="+", metavar="IMAGE", help=f"{picture_help()}, or a folder of pictures"
    )
    add_methods(parser)
    parser.add_argument(
        "--metric",
        default="complexity",
        metavar="NAME[:PARAM=VALUE,…]",
        help="with its parameters, deletion:steps=20 (default: complexity)",
    )
    parser.add_argument(
        "--mask",
        action="append",
        dest="masks",
        default=[],
        type=Path,
        metavar="FILE",
        help="what a map should show, for metrics of localisation: a picture that is bright there; "
        "once for each picture, in their order",
    )
    add_baseline(parser)
    add_target(parser)
    add_labels(parser)
    add_seed(parser)
    add_quantile(parser)
    parser.add_argument(
        "--controls",
        action="store_true",
        help="beside them noise, the picture's edges, and each method on random weights",
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="keep it as a run there, or of several pictures as a study, for `report`",
    )
    parser.add_argument("--json", action="store_true", help="print the ranking as JSON")


def add_compare(parser: argparse.ArgumentParser) -> None:
    """compare MODEL OTHER IMAGE…"""
    add_model(parser)
    parser.add_argument("other", metavar="OTHER", help="the second model; the options are for both")
    parser.add_argument("images", nargs="+", metavar="IMAGE", help=picture_help())
    add_methods(parser)
    add_baseline(parser)
    add_target(parser)
    parser.add_argument(
        "--own-class",
        action="store_true",
        help="explain each model's own top class (default: the first model's, in both)",
    )
    add_seed(parser)
    add_quantile(parser)
    parser.add_argument("--json", action="store_true", help="print the comparison as JSON")


def add_noise(parser: argparse.ArgumentParser) -> None:
    """noise MODEL IMAGE…"""
    add_model(parser)
    parser.add_argument("images", nargs="+", metavar="IMAGE", help=picture_help())
    parser.add_argument(
        "--class",
        action="append",
        dest="classes",
        default=[],
        type=int,
        metavar="INDEX",
        help="true class of a picture; once for each, in their order (default: the top class)",
    )
    parser.add_argument(
        "--noise-type",
        choices=get_args(NoiseType),
        default="multiplicative",
        help="of the weights (default: multiplicative)",
    )
    add_seed(parser)
    parser.add_argument("--json", action="store_true", help="print the curve and levels as JSON")


def add_check_access(parser: argparse.ArgumentParser) -> None:
    """check-access ADDRESS."""
    parser.add_argument(
        "address", metavar="ADDRESS", help="of the server, as others open it: https://…"
    )


def add_report(parser: argparse.ArgumentParser) -> None:
    """report RUN --out FILE."""
    parser.add_argument("run", type=Path, metavar="RUN", help="folder of a kept run or study")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="ends in .png, .svg, .html or .zip"
    )
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="of pictures")
    parser.add_argument(
        "--method",
        action="append",
        dest="methods",
        default=[],
        nargs="+",
        metavar="NAME",
        help="methods of the run to show (default: all)",
    )
    parser.add_argument("--quantile", type=float, metavar="Q", help="(default: the run's)")
