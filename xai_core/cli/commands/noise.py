"""`noise`: how much noise a model bears, and what the noise methods should be set to."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

import numpy as np

from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.noise.rule import THRESHOLD, NoiseLevel
from xai_core.base.errors import InputError
from xai_core.cli.console import print_json, progress_bar, say
from xai_core.cli.inputs import part_asked, prepared_as
from xai_core.cli.model_file import load_options, model_path
from xai_core.cli.time_limit import worker_of
from xai_core.pictures.demo import picture_file
from xai_core.pictures.preprocessing import prepare
from xai_core.worker.decoding import open_picture


def run(args: argparse.Namespace) -> int:
    """Print the curve, the levels, and parameters for every noise method."""
    if args.classes and len(args.classes) != len(args.images):
        raise InputError(
            f"There are {len(args.classes)} classes for {len(args.images)} pictures.",
            "Give --class once for each picture, or not at all.",
        )
    path, options = model_path(args), load_options(args)
    pictures = [open_picture(picture_file(name), part_asked(args)) for name in args.images]
    with worker_of(args) as worker, progress_bar("noise") as progress:
        card = prepared_as(args, worker.load(path, options), worker, pictures[0])
        inputs = np.concatenate([prepare(one, card.input_spec).inputs for one in pictures])
        found = worker.noise_level(
            inputs, args.classes or None, args.noise_type, args.seed, progress=progress
        )
    if args.json:
        print_json(_data(found, card.file, args))
    else:
        _print(found)
    return 0


def settings(found: NoiseLevel) -> dict[str, Mapping[str, float]]:
    """Parameters by method, of those that add noise."""
    values = {method.name: found.settings(method.name) for method in METHODS}
    return {name: given for name, given in values.items() if given}


def _data(found: NoiseLevel, file: str, args: argparse.Namespace) -> dict[str, object]:
    return {
        "schema": 1,
        "model": file,
        "pictures": list(args.images),
        "classes": args.classes or None,
        "noise_type": args.noise_type,
        "seed": args.seed,
        "threshold": THRESHOLD,
        "levels": found.levels.tolist(),
        "kept": found.kept.tolist(),
        "smoothed": found.smoothed.tolist(),
        "weight_std": found.weight_std,
        "input_std": found.input_std,
        "reason": found.reason,
        "parameters": settings(found),
    }


def _print(found: NoiseLevel) -> None:
    say("noise     kept   smoothed")
    for level, kept, smoothed in zip(found.levels, found.kept, found.smoothed, strict=True):
        say(f"{level:<8.3g}{kept:>6.1%}{smoothed:>11.1%}")
    say(found.reason)
    for name, given in settings(found).items():
        told = " ".join(f"--set {key}={value:g}" for key, value in given.items())
        say(f"{name:<12}{told}")
