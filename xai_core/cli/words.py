"""Words of the command line as values, and arguments that several commands take."""

from __future__ import annotations

import argparse

from xai_core.targets.base import TARGETS


def add_target(parser: argparse.ArgumentParser) -> None:
    """What is explained."""
    parser.add_argument(
        "--target",
        type=target,
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


def add_quantile(parser: argparse.ArgumentParser) -> None:
    """Of the baseline."""
    parser.add_argument(
        "--quantile", type=float, default=0.2, metavar="Q", help="of the baseline (default 0.2)"
    )


def add_seed(parser: argparse.ArgumentParser) -> None:
    """Of all random draws."""
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of all random draws")


def shape(text: str) -> tuple[int, int, int]:
    """`C,H,W`."""
    try:
        channels, height, width = (int(part) for part in text.split(","))
    except ValueError:
        channels = height = width = 0
    if min(channels, height, width) < 1:
        raise argparse.ArgumentTypeError(f"expected C,H,W such as 3,224,224, not {text!r}")
    return channels, height, width


def target(text: str) -> int | str:
    """A class index, or the name of a kind of target."""
    number = text.strip()
    return int(number) if number.lstrip("-").isdecimal() else number


def setting(text: str) -> tuple[str, str]:
    """`KEY=VALUE`."""
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise argparse.ArgumentTypeError(f"expected KEY=VALUE, not {text!r}")
    return key.strip(), value.strip()
