"""`rank`: methods by a metric on each picture, raw and after removal of the baseline."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xai_core.base.target import Target
from xai_core.cli.baseline import check_baseline, with_baseline
from xai_core.cli.console import print_json, progress_bar, say
from xai_core.cli.inputs import named_as, part_asked, prepared_as
from xai_core.cli.keep import Keeping
from xai_core.cli.model_file import load_options, model_path
from xai_core.cli.pictures import chosen_pictures
from xai_core.cli.ranking import controls
from xai_core.cli.ranking.measured import masks_by_picture, metric_of, read_mask, scored
from xai_core.cli.ranking.output import as_json, as_text
from xai_core.cli.ranking.ranked import Ranked, ranked_of
from xai_core.cli.requests import methods_of, request_of
from xai_core.cli.target import asked, of_picture_file
from xai_core.cli.time_limit import worker_of
from xai_core.maps.recipe import Recipe
from xai_core.pictures.preprocessing import prepare
from xai_core.pictures.raster import Raster
from xai_core.runs.computation import compare
from xai_core.runs.run import Run
from xai_core.scores.public.asked_metric import AskedMetric
from xai_core.scores.statistics_text import over_pictures, statistics_json, statistics_text
from xai_core.worker import ModelCard, Worker
from xai_core.worker.decoding import open_picture


@dataclass(frozen=True)
class Asked:
    """What is ranked by what, the same for every picture."""

    methods: dict[str, dict[str, Any]]
    metric: AskedMetric
    target: int | Target | None
    recipe: Recipe


def run(args: argparse.Namespace) -> int:
    """Print the rankings of every picture."""
    metric = metric_of(args.metric)
    controls.refuse_unless_possible(args)
    methods = methods_of(args)
    check_baseline(args, methods)
    path, options = model_path(args), load_options(args)
    what = Asked(methods, metric, asked(args), Recipe(quantile=args.quantile))
    files = chosen_pictures(args.images)
    masks = masks_by_picture(args.masks, list(files.pictures))
    keeping = Keeping(args.keep) if args.keep is not None else None
    results = []
    with worker_of(args) as worker:
        worker.warm("score")
        first = open_picture(next(iter(files.pictures.values())), part_asked(args))
        card = _as_asked(args, worker, worker.load(path, options), first)
        what = replace(what, methods=with_baseline(args, methods, card.input_spec))
        for name, file in files.pictures.items():
            one, ranked = _of_picture(args, worker, card, what, name, file, masks.get(name))
            results.append(ranked)
            if keeping is not None:
                keeping.add(name, one)
    try:
        if keeping is not None:
            keeping.write(args, what.methods, what.target, files.refused)
    finally:  # it was worth the wait, also where the disk is full
        _tell(args, card, what, results, files.refused)
    return 0


def _as_asked(
    args: argparse.Namespace, worker: Worker, card: ModelCard, first: Raster
) -> ModelCard:
    """The card with the input and the names of the outputs that the arguments ask for."""
    card = prepared_as(args, card, worker, first)
    outputs = worker.predict(prepare(first, card.input_spec).inputs).scores.shape[1]
    assumed = card.labels_assumed and args.labels is None
    return replace(card, labels=named_as(args, card, outputs), labels_assumed=assumed)


def _of_picture(
    args: argparse.Namespace,
    worker: Worker,
    card: ModelCard,
    what: Asked,
    name: str,
    file: Path,
    mask: Path | None,
) -> tuple[Run, Ranked]:
    """One picture by every method. name: as it was given. mask: a file, of the true region."""
    spec = card.input_spec
    prepared = prepare(open_picture(file, spec), spec)
    wanted = of_picture_file(what.target, worker, file, spec)
    request = request_of(card, file, prepared, what.methods, what.recipe, wanted, args)
    truth = read_mask(mask, file, spec)
    with progress_bar(file.name) as progress:
        one = compare(worker, worker, request, progress=progress)
    scores, causes = scored(worker, prepared.inputs, one, what.metric, truth)
    ranked = ranked_of(name, what.metric.name, one, scores, causes)
    if args.controls:
        beside = controls.beside(worker, card, file, one, scores, what.metric.name)
        ranked = replace(ranked, beside=beside)
    return one, ranked


def _tell(
    args: argparse.Namespace,
    card: ModelCard,
    what: Asked,
    results: list[Ranked],
    refused: Mapping[str, str],
) -> None:
    metric = what.metric
    many = over_pictures([one.after for one in results], list(what.methods), metric.name)
    if args.json:
        told = as_json(card, metric, args.quantile, results)
        print_json({**told, "refused": refused, "statistics": statistics_json(many)})
    else:
        say(*as_text(metric, args.quantile, results), *statistics_text(many, refused))
