"""`check`: assess a model file in a worker and print the verdict."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator

from xai_core.base.errors import Cancelled, InputError, XaiError
from xai_core.base.finding import Finding
from xai_core.cage.protection import Protection
from xai_core.cage.root import as_root
from xai_core.cli.console import hand_on, print_json, progress_bar, say
from xai_core.cli.inputs import part_asked, prepared_as
from xai_core.cli.model_file import load_options, model_path
from xai_core.cli.target import asked, of_picture_file
from xai_core.cli.time_limit import worker_of
from xai_core.pictures.demo import picture_file
from xai_core.pictures.preprocessing import prepare
from xai_core.readiness import to_json, to_markdown
from xai_core.readiness.result import Verdict
from xai_core.worker.decoding import open_picture

EXIT_CODES = {
    "ready": 0,
    "input-gradients": 10,
    "inference-only": 11,
    "rejected": 12,
    "unproven": 13,
}
SEVERITIES = ("error", "warning", "info")
NOT_THE_MODEL = ("start-failed", "closed")


def run(args: argparse.Namespace) -> int:
    """Print the verdict; the exit code says its level."""
    verdict, protection = judge(args)
    if args.json:
        guarded = {**protection.to_json(), "root": as_root() is not None}
        print_json({**to_json(verdict), "protection": guarded})
    elif args.markdown:
        hand_on(to_markdown(verdict))
    else:
        say(*as_text(verdict))
        if (told := as_root()) is not None:
            say(f"root {told}")
        say(f"protection {protection.sentence}")
    return EXIT_CODES[verdict.level]


def judge(args: argparse.Namespace) -> tuple[Verdict, Protection]:
    """The verdict on a model file, also on one that fails in whatever way, and how it was guarded.

    Raises:
        InputError: an argument is wrong. WorkerError: no worker can be started.
    """
    path, options, target = model_path(args), load_options(args), asked(args)
    picture = open_picture(picture_file(args.image), part_asked(args)) if args.image else None
    with worker_of(args) as worker, progress_bar("checking") as progress:
        protection = worker.protection
        try:
            card = prepared_as(args, worker.load(path, options), worker, picture)
            inputs = prepare(picture, card.input_spec).inputs if picture else None
            if args.image:
                file = picture_file(args.image)
                target = of_picture_file(target, worker, file, card.input_spec)
            return worker.assess(inputs, target, progress=progress), protection
        except (InputError, Cancelled):
            raise
        except XaiError as error:
            if error.code in NOT_THE_MODEL:
                raise
            _write_build(args, error)
            return worker.rejected(path, error), protection


def _write_build(args: argparse.Namespace, error: XaiError) -> None:
    """The Python file that builds the network, to be completed, where one was asked for."""
    text = error.facts.get("build_file")
    if args.write_build is None or not isinstance(text, str):
        return
    if args.write_build.exists():
        raise InputError(f"{args.write_build} is there already.", "Name a new file.")
    try:
        args.write_build.write_text(text, encoding="utf-8")
    except OSError as cause:
        raise InputError(f"{args.write_build} cannot be written: {cause}") from cause


def as_text(verdict: Verdict) -> Iterator[str]:
    """The verdict for a person: level, why, what to do, then the details."""
    findings = sorted(verdict.findings, key=lambda one: SEVERITIES.index(one.severity))
    yield f"{verdict.level.upper()}  {verdict.file} ({verdict.format})"
    yield verdict.summary
    if verdict.level != "ready" and findings and findings[0].hint:
        yield f"To do: {findings[0].hint}"
    for finding in findings:
        yield ""
        yield from _finding(finding)
    if verdict.methods:
        yield ""
        yield from _methods(verdict)


def _finding(finding: Finding) -> Iterator[str]:
    places = [finding.where, finding.layer and f"layer {finding.layer}"]
    where = ", ".join(place for place in places if place)
    yield f"{finding.severity}: {finding.code}" + (f" at {where}" if where else "")
    for text in (finding.message, finding.hint):
        yield from textwrap.wrap(text, 96, initial_indent="  ", subsequent_indent="  ")


def _methods(verdict: Verdict) -> Iterator[str]:
    available = [name for name, one in verdict.methods.items() if one.available]
    yield f"methods: {', '.join(available) or 'none'}"
    for reason, names in verdict.refusals.items():
        for text, start in ((f"not {', '.join(names)}:", "  "), (reason, "    ")):
            yield from textwrap.wrap(text, 96, initial_indent=start, subsequent_indent="    ")
