"""`--baseline`: pictures that methods start from or cover with, on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from typing import Any

from xai_core.attribution.methods.base import METHODS
from xai_core.base.errors import InputError
from xai_core.base.input_spec import InputSpec
from xai_core.base.parameters import describe
from xai_core.pictures.backgrounds.files import baseline_pictures, completed, takes_pictures
from xai_core.pictures.backgrounds.held import PARAMETER, named_in
from xai_core.pictures.backgrounds.names import file_names
from xai_core.worker.decoding import open_picture

Methods = dict[str, dict[str, Any]]


def add_baseline(parser: argparse.ArgumentParser) -> None:
    """Which pictures."""
    parser.add_argument(
        "--baseline",
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        help="pictures, or folders of them, that the methods start from or cover with",
    )


def check_baseline(args: argparse.Namespace, methods: Iterable[str]) -> None:
    """Wrong usage shows before the model loads. Raises `InputError` where no method takes any."""
    if args.baseline and not any(takes_pictures(METHODS[name].Parameters) for name in methods):
        known = [one.name for one in METHODS if takes_pictures(one.Parameters)]
        raise InputError(
            f"--baseline is of no method that was asked for: {', '.join(methods) or 'none'}.",
            f"Methods that take pictures: {', '.join(known)}.",
        )


def with_baseline(
    args: argparse.Namespace, methods: Mapping[str, Mapping[str, Any]], spec: InputSpec
) -> Methods:
    """The methods, and the pictures for those that take some; a setting may name a file, too.

    Raises:
        InputError: a file is no picture.
    """
    found = {name: dict(given) for name, given in methods.items()}
    for name, given in found.items():
        parameters = METHODS[name].Parameters
        if args.baseline and takes_pictures(parameters):
            given = _without_defaults(parameters, given) | {PARAMETER: args.baseline}
        if named := given.get(PARAMETER):
            given[PARAMETER] = baseline_pictures(named, spec, open_picture)
            found[name] = completed(parameters, given)
    return found


def baseline_names(
    args: argparse.Namespace, methods: Mapping[str, Mapping[str, Any]]
) -> dict[str, list[str]]:
    """What the files of `--baseline` are called, by the text that names their pictures.

    methods: as `with_baseline` gives them.
    """
    given = getattr(args, "baseline", [])
    return {text: file_names(given) for text in named_in(methods)} if given else {}


def _without_defaults(parameters: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """A study's methods are complete: what is at its default was not asked for."""
    defaults = {info.name: info.default for info in describe(parameters)}
    return {name: value for name, value in given.items() if value != defaults.get(name)}
