"""`explain`: write the raw attribution of one picture, or of each input of a model of several."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from xai_core.attribution import emptiness, remarks
from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.result import Attribution
from xai_core.base.parameters import build
from xai_core.cli.all_inputs import check_inputs, check_out, save, write
from xai_core.cli.baseline import check_baseline, with_baseline
from xai_core.cli.console import progress_bar, say, tell
from xai_core.cli.inputs import named_as, part_asked, prepared_as
from xai_core.cli.model_file import load_options, model_path
from xai_core.cli.target import asked, of_picture_file
from xai_core.cli.time_limit import worker_of
from xai_core.pictures.demo import picture_file
from xai_core.pictures.preprocessing import prepare
from xai_core.targets.labels import Labels
from xai_core.targets.resolution import named
from xai_core.worker.decoding import open_picture

EMPTY = 3  # the exit code of a map that shows nothing


def run(args: argparse.Namespace) -> int:
    """Write float32 `[1, C, H, W]`; its path goes to standard output."""
    parameters = dict(args.set)
    build(METHODS[args.method].Parameters, parameters)  # wrong usage shows before the model loads
    check_baseline(args, [args.method])
    path, options = model_path(args), load_options(args)
    target, file = asked(args), picture_file(args.image)
    picture = open_picture(file, part_asked(args))
    out = args.out or Path(f"{Path(args.image).stem}-{args.method}.npy")
    check_out(out)
    with worker_of(args) as worker, progress_bar(args.method) as progress:
        card = prepared_as(args, worker.load(path, options), worker, picture)
        inputs = prepare(picture, card.input_spec).inputs
        if args.all_inputs:
            check_inputs(card)
        labels = named_as(args, card, worker.predict(inputs).scores.shape[1])
        target = of_picture_file(target, worker, file, card.input_spec)
        parameters = with_baseline(args, {args.method: parameters}, card.input_spec)[args.method]
        question = (target, args.method, args.seed, parameters)
        how: dict[str, Any] = {"pace": args.pace, "progress": progress}
        if args.all_inputs:
            maps = worker.explain_inputs(inputs, card.pictures, *question, **how)
            result = maps[0].attribution
        else:
            result = worker.explain(inputs, *question, **how)
    assumed = card.labels_assumed and args.labels is None
    if args.all_inputs:
        return 0 if write(out, maps, _told(result, labels, assumed=assumed)) else EMPTY
    _write(out, result, labels, assumed=assumed)
    say(out)
    return EMPTY if emptiness.told(result) else 0


def _write(out: Path, result: Attribution, labels: Labels | None, *, assumed: bool) -> None:
    save(out, result.values)
    shape = "×".join(map(str, result.values.shape))
    told = f"{_told(result, labels, assumed=assumed)}, {shape}, {result.seconds:.1f} s"
    tell("; ".join(filter(None, (told, remarks.told(result)))))


def _told(result: Attribution, labels: Labels | None, *, assumed: bool) -> str:
    told = named(result.targets[0], labels).sentence
    told += " (ImageNet's name is assumed)" if assumed and labels else ""
    return f"{result.method} of {told}"
