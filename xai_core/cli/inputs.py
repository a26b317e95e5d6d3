"""How pictures become inputs, on the command line."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

from xai_core.base.errors import InputError
from xai_core.base.input_spec import Fit, InputSpec
from xai_core.cli.console import tell
from xai_core.models.other_inputs import OtherInput
from xai_core.pictures.presets import PRESETS
from xai_core.pictures.raster import Raster
from xai_core.runs.computation import label_of
from xai_core.targets.labels import Labels, check_count, fitting, read_labels
from xai_core.targets.likely_preset import Likely, likely_preset
from xai_core.worker import ModelCard, Worker

DETECT = "detect"
RANGES = ("type", "data", "raw")
EXAMPLE = json.dumps({"height": 224, "width": 224, "fit": "crop"})


def add_inputs(parser: argparse.ArgumentParser) -> None:
    """What all subcommands that run a model on a picture take."""
    group = parser.add_argument_group("how pictures become inputs (default: as the model says)")
    group.add_argument(
        "--preset",
        choices=(*PRESETS, DETECT),
        help=f"mean and deviation; {DETECT!r} tries all and takes the likely one",
    )
    group.add_argument(
        "--range",
        type=_range,
        metavar="RANGE",
        help="which values become 0 and 1: type, data, LOW,HIGH; or raw",
    )
    group.add_argument(
        "--channels",
        type=_channels,
        metavar="I,…",
        help="channels of the picture, from 0, in the model's order: 2,1,0 is BGR",
    )
    _add_part(group)
    group.add_argument("--fit", choices=get_args(Fit), help="how a picture gets the model's size")
    group.add_argument(
        "--padding", type=float, metavar="V", help="of a letterbox, before mean and deviation"
    )
    group.add_argument(
        "--spec",
        type=_spec,
        metavar="JSON",
        help="every step at once, by the names of InputSpec; the options above change it",
    )
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        dest="other_inputs",
        metavar="NAME=VALUE",
        help="fix another input to a number (0.5, 0@1,16 with its shape) or a file; repeatable",
    )


def _add_part(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--frame", type=int, metavar="N", help="of a file with several pictures, from 0"
    )
    group.add_argument(
        "--slice",
        type=_slice,
        metavar="AXIS,INDEX",
        help="of a volume, from 0 (default: its middle)",
    )


def add_labels(parser: argparse.ArgumentParser) -> None:
    """Class names."""
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="class names: text, JSON or CSV"
    )


def other_inputs(args: argparse.Namespace) -> tuple[OtherInput, ...]:
    """What is fixed beside the picture. Raises `InputError`."""
    return tuple(OtherInput.of_text(text) for text in args.other_inputs)


def prepared_as(
    args: argparse.Namespace, card: ModelCard, worker: Worker, picture: Raster | None
) -> ModelCard:
    """The card with the preprocessing that was asked for. Raises `InputError`."""
    spec = chosen(args, args.spec or card.input_spec)
    if args.preset == DETECT:
        if picture is None:
            raise InputError("Detection needs a picture.", "Give one with --image.")
        found = likely_preset(worker.predict, picture, spec)
        tell(*as_text(found, card.labels))
        spec = found.best.spec if found.best else spec
    return replace(card, input_spec=spec)


def named_as(args: argparse.Namespace, card: ModelCard, outputs: int) -> Labels | None:
    """Class names: those given, else the model's own where they fit. Raises `InputError`."""
    if args.labels is None:
        return fitting(card.labels, outputs)
    labels = read_labels(args.labels)
    check_count(labels, outputs)
    return labels


def chosen(args: argparse.Namespace, spec: InputSpec) -> InputSpec:
    """`spec` with what the arguments change. Raises `InputError`."""
    if args.frame is not None or args.slice:
        spec = replace(spec, frame=args.frame, slice=args.slice or ())
    if args.fit:
        spec = replace(spec, fit=args.fit)
    if args.channels:
        spec = replace(spec, order=args.channels)
    if args.padding is not None:
        spec = replace(spec, padding=args.padding)
    if args.preset and args.preset != DETECT:
        spec = PRESETS[args.preset].applied(spec)
    if args.range in RANGES:
        return replace(spec, range=args.range, low=None, high=None)
    if args.range:
        return replace(spec, range="given", low=args.range[0], high=args.range[1])
    return spec


def part_asked(args: argparse.Namespace) -> InputSpec | None:
    """What says which frame or slice of a picture's file is read. Raises `InputError`."""
    spec = args.spec or InputSpec()
    if args.frame is not None or args.slice:
        return replace(spec, frame=args.frame, slice=args.slice or ())
    return spec if spec.frame is not None or spec.slice else None


def as_text(found: Likely, labels: Labels | None) -> Iterator[str]:
    """The trials as a table, and what they say."""
    for one in found.trials:
        mark = "*" if one is found.best else " "
        name = label_of(one.top, labels)
        yield f"{mark} {one.title:<32}{one.confidence:>7.1%}  {one.entropy:5.2f} nats  {name}"
    yield f"{found.certainty}: {found.reason}"


def _range(text: str) -> str | tuple[float, float]:
    if text in RANGES:
        return text
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError as cause:
        raise argparse.ArgumentTypeError(
            f"expected {', '.join(RANGES)} or LOW,HIGH, not {text!r}"
        ) from cause
    return low, high


def _spec(text: str) -> InputSpec:
    try:
        return InputSpec.from_dict(json.loads(text))
    except (ValueError, TypeError, AttributeError) as cause:
        raise argparse.ArgumentTypeError(
            f"expected the fields of an input as JSON, such as {EXAMPLE}, not {text!r}"
        ) from cause
    except InputError as cause:
        raise argparse.ArgumentTypeError(str(cause)) from cause


def _slice(text: str) -> tuple[int, ...]:
    try:
        axis, index = (int(part) for part in text.split(","))
    except ValueError as cause:
        raise argparse.ArgumentTypeError(
            f"expected AXIS,INDEX such as 2,40, not {text!r}"
        ) from cause
    return axis, index


def _channels(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as cause:
        raise argparse.ArgumentTypeError(f"expected numbers such as 2,1,0, not {text!r}") from cause
