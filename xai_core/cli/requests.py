"""What a command asks of a model on one picture."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xai_core.attribution.methods.base import METHODS
from xai_core.base.target import Target
from xai_core.cli.baseline import baseline_names
from xai_core.cli.model_file import load_options
from xai_core.maps.recipe import Recipe
from xai_core.pictures.preprocessing import Prepared
from xai_core.readiness.verdict.presets import preset_of
from xai_core.runs.computation import Request
from xai_core.runs.opening import opening_of
from xai_core.worker import ModelCard

PRESET = "@"


def methods_of(args: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """The methods that were named, with their defaults; `@quick` is all of a preset.

    Raises `InputError` for an unknown one.
    """
    found: list[str] = []
    for name in (one for group in args.methods for one in group):
        is_preset = name.startswith(PRESET)
        found += preset_of(name.removeprefix(PRESET)).members() if is_preset else [name]
    return {METHODS[name].name: {} for name in found}


def request_of(
    card: ModelCard,
    file: Path,
    prepared: Prepared,
    methods: Mapping[str, Mapping[str, Any]],
    recipe: Recipe,
    target: int | Target | None,
    args: argparse.Namespace,
) -> Request:
    """The picture in `file` by every method, by the seed of the arguments."""
    return Request(
        model=card.file,
        model_sha256=card.sha256,
        model_format=card.format,
        picture=file.name,
        picture_sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        prepared=prepared,
        target=target,
        methods=methods,
        seed=args.seed,
        recipe=recipe,
        labels=card.labels,
        baselines=baseline_names(args, methods),
        input_spec=card.input_spec,
        architecture=args.architecture,
        output=args.output,
        weights=args.weights,
        head_activation=args.head_activation,
        member=args.member,
        trusted=args.trust or bool(args.code),
        opening=opening_of(load_options(args)),
    )
