"""The target of the command line: an index, or a kind with its parameters, some of them files."""

from __future__ import annotations

import argparse
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from xai_core.base.arrays import Inputs
from xai_core.base.errors import InputError
from xai_core.base.parameters import describe
from xai_core.base.target import DEFAULT, Target
from xai_core.pictures.demo import picture_file
from xai_core.pictures.preprocessing import InputSpec, prepare
from xai_core.pictures.region import as_text, from_text, of_picture
from xai_core.targets.kinds.base import TARGETS
from xai_core.targets.kinds.similarity import embedding, reference
from xai_core.targets.outputs import Prediction
from xai_core.targets.resolution import checked
from xai_core.worker.decoding import open_picture

FILES = ("mask", "embedding")  # what a parameter holds that the command line names a file for


def _is_made(holds: str, text: str) -> bool:
    """Whether a text holds the mask or the embedding itself, as a report's lines have it."""
    with suppress(InputError):
        return len(from_text(text) if holds == "mask" else embedding(text)) > 0
    return False


class Predictor(Protocol):
    """What predicts; a worker does."""

    def predict(self, inputs: Inputs) -> Prediction:
        """The loaded model's output."""


def asked(args: argparse.Namespace) -> int | Target | None:
    """What `--target` and `--target-set` say, before any file among them is read.

    Raises:
        InputError: an unknown kind, or a parameter that it does not have or that is wrong.
    """
    if args.target is None or isinstance(args.target, int):
        if not args.target_set:
            return None if args.target is None else int(args.target)
        given = dict(args.target_set)
        return Target(DEFAULT, given if args.target is None else {"index": args.target, **given})
    target = Target(TARGETS[args.target].name, dict(args.target_set))
    checked(target)
    return target


def of_picture_file(
    target: int | Target | None, predictor: Predictor, picture: Path, spec: InputSpec
) -> int | Target | None:
    """The same with the contents of the files that it names, for one picture.

    Raises:
        InputError: there is no such file, or it is none that fits.
    """
    if not isinstance(target, Target):
        return target
    given = dict(target.parameters)
    for info in describe(TARGETS[target.kind].Parameters):
        if not (info.holds in FILES and given.get(info.name)):
            continue
        file = picture_file(str(given[info.name]))
        if not file.is_file() and _is_made(info.holds, str(given[info.name])):
            continue
        if not file.is_file():
            raise InputError(f"There is no picture {file}.", f"Give {info.name} a picture's file.")
        if info.holds == "mask":
            mask = of_picture(open_picture(file), open_picture(picture, spec).size, spec)
            given[info.name] = as_text(mask)
        else:
            found = predictor.predict(prepare(open_picture(file), spec).inputs)
            given[info.name] = reference(found.scores[0], file.stem)
    return replace(target, parameters=given)
