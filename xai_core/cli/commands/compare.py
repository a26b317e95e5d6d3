"""`compare`: two models on the same pictures; maps, predictions, verdicts and places."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from xai_core.cli.baseline import check_baseline, with_baseline
from xai_core.cli.compared import Compared, as_json, as_text
from xai_core.cli.console import print_json, progress_bar, say
from xai_core.cli.inputs import part_asked, prepared_as
from xai_core.cli.model_file import existing_model, load_options
from xai_core.cli.pictures import chosen_pictures
from xai_core.cli.requests import methods_of, request_of
from xai_core.cli.target import asked, of_picture_file
from xai_core.cli.time_limit import worker_of
from xai_core.compare.common_class import check_common_class, classes_of
from xai_core.compare.comparison import ModelPair, Side, examine
from xai_core.maps.recipe import Recipe
from xai_core.pictures.preprocessing import prepare
from xai_core.runs.computation import score
from xai_core.runs.request import Request
from xai_core.worker import ModelCard, Worker
from xai_core.worker.decoding import open_picture


def run(args: argparse.Namespace) -> int:
    """Print what differs, picture by picture."""
    recipe, methods = Recipe(quantile=args.quantile), methods_of(args)
    check_baseline(args, methods)
    paths = [existing_model(name) for name in (args.model, args.other)]
    options = load_options(args)
    files = chosen_pictures(args.images)
    with worker_of(args) as one, worker_of(args) as other:
        other.warm("score")
        first = open_picture(next(iter(files.pictures.values())), part_asked(args))
        cards = (
            prepared_as(args, one.load(paths[0], options), one, first),
            prepared_as(args, other.load(paths[1], options), other, first),
        )
        found: list[Compared] = []
        pair: ModelPair | None = None
        for name, file in files.pictures.items():
            ask = partial(_request, file=file, methods=methods, recipe=recipe, args=args)
            asked_first, asked_second = ask(one, cards[0]), ask(other, cards[1])
            if not args.own_class and pair is None:
                both = (classes_of(one, asked_first[0]), classes_of(other, asked_second[0]))
                check_common_class((asked_first[0], asked_second[0]), both)
            mine = _side(one, *asked_first, before=pair.first if pair else None)
            like = None if args.own_class else mine
            its = _side(other, *asked_second, before=pair.second if pair else None, like=like)
            pair = ModelPair(mine, its)
            found.append(_compared(name, pair, recipe, other))
    if args.json:
        print_json({**as_json(cards, args.quantile, found), "refused": files.refused})
    else:
        say(*as_text(cards, args.quantile, found))
        say(*(f"left out: {name}: {why}" for name, why in files.refused.items()))
    return 0


def _request(
    worker: Worker,
    card: ModelCard,
    *,
    file: Path,
    methods: Mapping[str, Mapping[str, Any]],
    recipe: Recipe,
    args: argparse.Namespace,
) -> tuple[Request, tuple[int, int]]:
    """What is asked of a model, and the size of the picture."""
    picture = open_picture(file, card.input_spec)
    target = of_picture_file(asked(args), worker, file, card.input_spec)
    prepared = prepare(picture, card.input_spec)
    methods = with_baseline(args, methods, card.input_spec)
    return request_of(card, file, prepared, methods, recipe, target, args), picture.size


def _side(
    worker: Worker,
    request: Request,
    size: tuple[int, int],
    *,
    before: Side | None,
    like: Side | None = None,
) -> Side:
    """`before`: of an earlier picture, whose verdict holds for this one."""
    verdict = before.verdict if before else None
    with progress_bar(f"{request.model} on {request.picture}") as progress:
        return examine(worker, worker, request, size, like=like, verdict=verdict, progress=progress)


def _compared(name: str, pair: ModelPair, recipe: Recipe, scorer: Worker) -> Compared:
    sides = zip((pair.first, pair.second), pair.recipes(recipe), strict=True)
    first, second = (
        score(scorer, {name: side.run.attributions[name] for name in pair.methods}, own)
        for side, own in sides
    )
    return Compared(name, pair, pair.maps(recipe), (first, second))
