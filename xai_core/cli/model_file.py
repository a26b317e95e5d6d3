"""Which model file is asked for, and how it is to be loaded."""

from __future__ import annotations

import argparse
from pathlib import Path

from xai_core.base.errors import InputError
from xai_core.cli.inputs import other_inputs
from xai_core.cli.time_limit import patience
from xai_core.models.demo import model_file
from xai_core.models.formats.base import LoadOptions
from xai_core.pictures.preprocessing import InputSpec


def model_path(args: argparse.Namespace) -> Path:
    """The model file. Raises `InputError` where there is none."""
    return existing_model(args.model)


def existing_model(name: str) -> Path:
    """A model's file by its path or the demo's name. Raises `InputError` where there is none."""
    path = model_file(name)
    if not path.exists():
        raise InputError(f"There is no file {name}.", "Check the path.")
    return path


def load_options(args: argparse.Namespace) -> LoadOptions:
    """How the model is to be loaded. Raises `InputError` for a code file that is not there."""
    for file in args.code:
        if not file.is_file():
            raise InputError(f"There is no file {file}.", "Check the path given to --code.")
    spec = None
    if args.input_shape is not None:
        spec = InputSpec.for_shape(*args.input_shape)
    return LoadOptions(
        architecture=args.architecture,
        code=tuple(args.code),
        trust=args.trust,
        input_spec=spec,
        output=args.output,
        weights=args.weights,
        head_activation=args.head_activation,
        other_inputs=other_inputs(args),
        member=args.member,
        patience=patience(args),
    )
