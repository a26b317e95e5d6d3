"""`rank`: methods by a metric on each picture, raw and after removal of the baseline."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import zip_longest
from typing import Any

from xai_core.base.finding import by_reason
from xai_core.cli.arguments import load_options, model_path
from xai_core.cli.baseline import check_baseline, with_baseline
from xai_core.cli.console import print_json, progress_bar, say
from xai_core.cli.inputs import named_as, part_asked, prepared_as
from xai_core.cli.keep import Keeping
from xai_core.cli.pictures import chosen_pictures
from xai_core.cli.ranking import controls, margins
from xai_core.cli.ranking.measured import masks_by_picture, metric_of, read_mask, scored
from xai_core.cli.requests import methods_of, request_of
from xai_core.cli.target import asked, of_picture_file
from xai_core.cli.time_limit import worker_of
from xai_core.maps.recipe import Recipe
from xai_core.pictures.preprocessing import prepare
from xai_core.runs.computation import compare
from xai_core.runs.run import Run, Score
from xai_core.scores.public.asked_metric import AskedMetric
from xai_core.scores.ranking import Entry, Overtaking, Ranking, overtakings
from xai_core.scores.ranking import rank as ordered
from xai_core.scores.statistics_text import over_pictures, statistics_json, statistics_text
from xai_core.worker import ModelCard
from xai_core.worker.decoding import open_picture

WIDTH = 38


@dataclass(frozen=True)
class Ranked:
    """One picture's rankings."""

    picture: str
    target: str
    raw: Ranking
    after: Ranking
    sure: margins.Margins | None
    beside: controls.ControlScores | None = None

    @property
    def flips(self) -> tuple[Overtaking, ...]:
        """Who overtakes whom by the removal."""
        return overtakings(self.raw, self.after)


def run(args: argparse.Namespace) -> int:
    """Print the rankings of every picture."""
    metric = metric_of(args.metric)
    controls.refuse_unless_possible(args)
    recipe, methods = Recipe(quantile=args.quantile), methods_of(args)
    check_baseline(args, methods)
    path, options, target = model_path(args), load_options(args), asked(args)
    files = chosen_pictures(args.images)
    masks = masks_by_picture(args.masks, list(files.pictures))
    keeping = Keeping(args.keep) if args.keep is not None else None
    with worker_of(args) as worker:
        worker.warm("score")
        first = open_picture(next(iter(files.pictures.values())), part_asked(args))
        card = prepared_as(args, worker.load(path, options), worker, first)
        outputs = worker.predict(prepare(first, card.input_spec).inputs).scores.shape[1]
        assumed = card.labels_assumed and args.labels is None
        card = replace(card, labels=named_as(args, card, outputs), labels_assumed=assumed)
        methods, results = with_baseline(args, methods, card.input_spec), []
        for name, file in files.pictures.items():
            prepared = prepare(open_picture(file, card.input_spec), card.input_spec)
            wanted = of_picture_file(target, worker, file, card.input_spec)
            request = request_of(card, file, prepared, methods, recipe, wanted, args)
            with progress_bar(file.name) as progress:
                one = compare(worker, worker, request, progress=progress)
            if keeping is not None:
                keeping.add(name, one)
            mask = read_mask(masks.get(name), file, card.input_spec)
            scores, causes = scored(worker, prepared.inputs, one, metric, mask)
            ranked = _ranked(name, metric.name, one, scores, causes)
            if args.controls:
                beside = controls.beside(worker, card, file, one, scores, metric.name)
                ranked = replace(ranked, beside=beside)
            results.append(ranked)
    if keeping is not None:
        keeping.write(args, methods, target, files.refused)
    many = over_pictures([one.after for one in results], list(methods), metric.name)
    if args.json:
        told = as_json(card, metric, args.quantile, results)
        print_json({**told, "refused": files.refused, "statistics": statistics_json(many)})
    else:
        say(*as_text(metric, args.quantile, results), *statistics_text(many, files.refused))
    return 0


def _ranked(
    name: str,
    metric: str,
    run: Run,
    scores: Mapping[str, Score],
    undefined: Mapping[str, str],
) -> Ranked:
    top, left, bottom, right = run.content
    pixels = (bottom - top) * (right - left)
    causes = {**undefined, **run.failures}
    missing = dict.fromkeys(run.failures, float("nan"))
    raw = {method: one.raw for method, one in scores.items()}
    after = {method: one.after for method, one in scores.items()}
    before = ordered({**raw, **missing}, metric, causes, pixels)
    later = ordered({**after, **missing}, metric, causes, pixels)
    sure = None  # of another metric nothing tells the spread over seeds
    if metric == "complexity":
        sure = margins.margins_of(run, before, later, run.recipe.quantile or 0.0)
    return Ranked(name, run.target_label, before, later, sure)


def as_json(
    card: ModelCard, metric: AskedMetric, quantile: float, results: list[Ranked]
) -> dict[str, Any]:
    """All rankings, best first."""
    return {
        "schema": 1,
        "model": card.file,
        "sha256": card.sha256,
        "metric": metric.name,
        "parameters": dict(metric.parameters),
        "definition": metric.plugin.definition,
        "quantile": quantile,
        **({"labels_assumed": True} if card.labels_assumed and card.labels else {}),
        "pictures": [
            {
                "picture": one.picture,
                "target": one.target,
                "raw": [asdict(entry) for entry in one.raw.entries],
                "after": [asdict(entry) for entry in one.after.entries],
                "overtakings": [
                    {**asdict(flip), **margins.of_flip(one.sure, flip)} for flip in one.flips
                ],
                "headline": margins.as_json(one.sure),
                **({"controls": controls.as_json(one.beside)} if one.beside else {}),
            }
            for one in results
        ],
    }


def as_text(asked: AskedMetric, quantile: float, results: list[Ranked]) -> Iterator[str]:
    """Two columns a picture: raw, and after removal."""
    metric = asked.plugin
    yield f"{asked.title}, {metric.direction} is better: {metric.definition}"
    for one in results:
        yield ""
        yield f"{one.picture}: {one.target}"
        yield f"  {'raw':<{WIDTH}}after removal at {quantile:g}"
        for left, right in zip_longest(one.raw.entries, one.after.entries):
            yield f"  {_cell(left):<{WIDTH}}{_cell(right)}".rstrip()
        yield from margins.as_text(one.sure, one.flips)
        causes = {entry.name: entry.cause for entry in one.after.entries if entry.cause}
        for cause, names in by_reason(causes).items():
            yield f"  no score for {', '.join(names)}: {cause}"
        if one.beside:
            yield from controls.as_text(one.beside)


def _cell(entry: Entry) -> str:
    if entry.place is None:
        return f" -  {entry.name}"
    return f"{entry.place:>2}. {entry.name:<22}{entry.score:>7.4f}"
