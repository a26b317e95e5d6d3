"""`report`: a kept run as a picture, a report or a zip."""

from __future__ import annotations

import argparse
from dataclasses import replace

from xai_core.base.errors import InputError
from xai_core.cli.console import say
from xai_core.demo.wafer.examples import truth_of
from xai_core.report.forms import MIMES, render
from xai_core.report.study.subject import StudySubject, study_subject_of
from xai_core.report.subject import Subject, subject_of
from xai_core.runs.computation import score
from xai_core.runs.entry import verdict_in
from xai_core.runs.reading import open_run
from xai_core.scores.localisation import localised
from xai_core.studies.opening import is_study, open_study
from xai_core.worker import Worker


def run(args: argparse.Namespace) -> int:
    """Write the file; its path goes to standard output."""
    form = args.out.suffix.lower().removeprefix(".")
    if form not in MIMES:
        raise InputError(
            f"--out must end in .{', .'.join(MIMES)}; {args.out.name} does not.",
            "The ending says what is written.",
        )
    data = render(_subject(args), form, args.theme)
    try:
        args.out.write_bytes(data)
    except OSError as cause:
        raise InputError(
            f"{args.out} cannot be written: {cause.strerror}.", "Choose another --out."
        ) from cause
    say(args.out)
    return 0


def _subject(args: argparse.Namespace) -> Subject | StudySubject:
    methods = [name for group in args.methods for name in group] or None
    verdict = verdict_in(args.run)
    if is_study(args.run):
        chosen = tuple(methods) if methods else None
        return study_subject_of(open_study(args.run), args.quantile, chosen, verdict=verdict)
    kept = open_run(args.run)
    own = args.quantile in (None, kept.recipe.quantile)
    recipe = kept.recipe if own else replace(kept.recipe, quantile=args.quantile)
    truth = truth_of(kept.pixels)
    if own and truth is None:
        return subject_of(kept, methods=methods, verdict=verdict)
    with Worker() as worker:
        return subject_of(
            kept,
            recipe,
            methods,
            None if own else score(worker, kept.attributions, recipe),
            verdict=verdict,
            localisations=None
            if truth is None
            else localised(worker, kept.attributions, recipe, truth),
        )
