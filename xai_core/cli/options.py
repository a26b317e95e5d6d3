"""Arguments that several subcommands share."""

from __future__ import annotations

import argparse
from pathlib import Path

from xai_core.base.errors import InputError
from xai_core.base.pace import Pace
from xai_core.cli.inputs import add_inputs
from xai_core.cli.time_limit import add_time_limit
from xai_core.models.formats.base import ACTIVATIONS
from xai_core.pictures.demo import PICTURES
from xai_core.readiness.verdict.presets import PRESETS
from xai_core.targets.kinds.base import TARGETS

DEMO = "demo"


def add_model(parser: argparse.ArgumentParser, *, needed: bool = True) -> None:
    """The model, how it is loaded, and how pictures become its inputs."""
    count = None if needed else "?"
    parser.add_argument("model", nargs=count, metavar="MODEL", help=f"model file, or {DEMO!r}")
    parser.add_argument(
        "--code",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="Python file that the model needs; may be repeated",
    )
    parser.add_argument(
        "--architecture",
        metavar="NAME",
        help="for weights without a model; for a bare graph its nodes, 'input:0->output:0'",
    )
    parser.add_argument(
        "--trust",
        action="store_true",
        help="let the file run code while it loads; only for files whose origin you trust",
    )
    parser.add_argument("--output", metavar="ENTRY", help="of a nested output: ['aux'], [1]")
    parser.add_argument(
        "--weights",
        metavar="NAME",
        help="of a checkpoint with several sets: state_dict, state_dict_ema (default: the average)",
    )
    parser.add_argument(
        "--member",
        metavar="NAME",
        help="of a package with several models: which one, by its path in it",
    )
    parser.add_argument(
        "--head-activation",
        choices=ACTIVATIONS,
        help="between the layers of a head that is rebuilt from its tensors (assumed: relu)",
    )
    add_time_limit(parser)
    add_inputs(parser)
    parser.add_argument("--input-shape", type=_shape, metavar="C,H,W", help="of the model's input")


def add_methods(parser: argparse.ArgumentParser, *, needed: bool = True) -> None:
    """Which methods."""
    names = ", ".join(f"@{one.name}" for one in PRESETS)
    parser.add_argument(
        "--method",
        required=needed,
        default=None if needed else [],
        action="append",
        dest="methods",
        nargs="+",
        metavar="NAME",
        help=f"attribution methods, or a preset ({names}); may be repeated",
    )


def add_settings(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    """Parameters: of the method, or of `several` each by its name."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=_setting_of_method if several else setting,
        metavar="METHOD.KEY=VALUE" if several else "KEY=VALUE",
        help="parameter of a method, smoothgrad.m=10; may be repeated"
        if several
        else "parameter of the method; may be repeated",
    )


def add_quantile(parser: argparse.ArgumentParser) -> None:
    """Of the baseline."""
    parser.add_argument(
        "--quantile", type=float, default=0.2, metavar="Q", help="of the baseline (default 0.2)"
    )


def add_target(parser: argparse.ArgumentParser) -> None:
    """What is explained."""
    parser.add_argument(
        "--target",
        type=_target,
        metavar="T",
        help=f"class index (default: the top), or one of {', '.join(TARGETS.names())}",
    )
    parser.add_argument(
        "--target-set",
        action="append",
        default=[],
        type=setting,
        metavar="KEY=VALUE",
        help="parameter of the target; may be repeated; of a mask or another picture its file",
    )


def add_seed(parser: argparse.ArgumentParser) -> None:
    """Of random draws."""
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of all random draws")


def add_pace(parser: argparse.ArgumentParser) -> None:
    """How the model is run."""
    parser.add_argument(
        "--pace",
        type=_pace,
        metavar="BATCH,LAYOUT,THREADS[,autocast]",
        help=f"how the model is run, for the bits of a kept run (default: {Pace()}); autocast, "
        "on a GPU only, takes bfloat16 and tells what that does to the map",
    )


def add_outputs(parser: argparse.ArgumentParser) -> None:
    """Which maps are written, and where."""
    parser.add_argument(
        "--all-inputs",
        action="store_true",
        help="of a model of several pictures, each given by --input NAME=FILE: a map of every one",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="default: IMAGE-METHOD.npy; with --all-inputs FILE-NAME.npy of each input, and a "
        "picture of all",
    )


def picture_help() -> str:
    """What stands for a picture."""
    return f"picture file, or one of {', '.join(PICTURES)}"


def _shape(text: str) -> tuple[int, int, int]:
    try:
        channels, height, width = (int(part) for part in text.split(","))
    except ValueError:
        channels = height = width = 0
    if min(channels, height, width) < 1:
        raise argparse.ArgumentTypeError(f"expected C,H,W such as 3,224,224, not {text!r}")
    return channels, height, width


def _pace(text: str) -> Pace:
    try:
        return Pace.of_text(text)
    except InputError as cause:
        raise argparse.ArgumentTypeError(str(cause)) from cause


def _target(text: str) -> int | str:
    number = text.strip()
    return int(number) if number.lstrip("-").isdecimal() else number


def setting(text: str) -> tuple[str, str]:
    """`KEY=VALUE` as a pair."""
    return _pair(text, "KEY=VALUE")


def _setting_of_method(text: str) -> tuple[str, str, str]:
    """`METHOD.KEY=VALUE`, in three."""
    form = "METHOD.KEY=VALUE"
    both, value = _pair(text, form)
    name, _, key = both.partition(".")
    if not (name and key):
        raise argparse.ArgumentTypeError(f"expected {form}, not {text!r}")
    return name, key, value


def _pair(text: str, form: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise argparse.ArgumentTypeError(f"expected {form}, not {text!r}")
    return key.strip(), value.strip()
