"""What `study` is asked, checked against the model before the first picture is computed."""

from __future__ import annotations

import argparse
import importlib
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from xai_core.base.errors import InputError
from xai_core.base.pace import Pace
from xai_core.base.target import Target
from xai_core.cli.baseline import check_baseline, with_baseline
from xai_core.cli.inputs import part_asked, prepared_as
from xai_core.cli.model_file import load_options, model_path
from xai_core.cli.study.arguments import maps_of, metrics_of, study_methods
from xai_core.cli.target import asked, of_picture_file
from xai_core.maps.recipe import Recipe
from xai_core.pictures.preprocessing import InputSpec, prepare
from xai_core.pictures.raster import Raster
from xai_core.studies.engines.base import ENGINES
from xai_core.studies.host.processes import Processes
from xai_core.studies.host.shares import shares_of
from xai_core.studies.jobs.lock import NAME as LOCK
from xai_core.studies.jobs.plan import Plan
from xai_core.studies.setting import Setting
from xai_core.studies.shards.description import read_description
from xai_core.studies.sources import Source, open_source
from xai_core.studies.store import complete
from xai_core.targets.resolution import target_of
from xai_core.worker import Worker
from xai_core.worker.decoding import Decoder

TRIES = 100  # pictures that are looked at for one that can be read
LATER = ("pyarrow.parquet", "scipy.stats")


def plan_of(args: argparse.Namespace, begun: Processes) -> Plan:
    """The job that the arguments describe; its model is open in `begun` then, to be sure of it.

    Raises:
        InputError: something is missing or does not fit.
        XaiError: the model cannot be opened.
    """
    methods, target = study_methods(args), asked(args)
    check_baseline(args, methods)
    path, options = model_path(args), load_options(args)
    source, worker = open_source(args.pictures), begun.worker
    metrics = _metrics(args, source)
    with tempfile.TemporaryDirectory(prefix="pedestal-study-") as folder:
        file, first = _first(source, Path(folder), begun.decoder, part_asked(args))
        card = prepared_as(args, worker.load(path, options), worker, first)
        wanted = of_picture_file(target, worker, file, card.input_spec)
        _fits(worker, first, card.input_spec, wanted)
        methods = complete(with_baseline(args, methods, card.input_spec))
    return Plan(
        model=path.absolute(),
        name=card.file,
        setting=Setting(
            *(card.sha256, options, card.input_spec, args.seed),
            *(Recipe(quantile=args.quantile), wanted, metrics, _truths(args, metrics)),
        ),
        where=args.pictures,
        methods=methods,
        model_format=card.format,
        pace=args.pace or Pace(),
        engine=args.engine or "local",
        workers=args.workers,
        address=args.address,
        time_limit=args.time_limit,
        trusted=options.trust,
        maps=maps_of(args),
        quantile=args.quantile,
    )


@contextmanager
def planned(args: argparse.Namespace) -> Iterator[tuple[Plan, Processes | None]]:
    """The job that the arguments describe, and the processes in which its model is open, for an
    engine that takes them over. Raises as `plan_of`.
    """
    _check(args)
    ahead = threading.Thread(target=_import_ahead, name="study-imports", daemon=True)
    begun = Processes.start(shares_of(None if args.address else args.workers)[0], args.time_limit)
    ahead.start()
    try:
        plan = plan_of(args, begun)
        if ENGINES[plan.engine].takes_over:
            yield plan, begun
        else:
            begun.close()
            yield plan, None
    finally:
        begun.close()


def _import_ahead() -> None:
    """What a study needs next and last, while a process beside this one imports torch."""
    for name in LATER:
        with suppress(ImportError):  # whoever needs it says so
            importlib.import_module(name)


def _check(args: argparse.Namespace) -> None:
    """Wrong usage shows before anything is opened."""
    if args.model is None or args.pictures is None:
        raise InputError("A study takes a MODEL and PICTURES.", "See `pedestal study --help`.")
    if args.keep is None:
        raise InputError("A study is kept in a folder.", "Name one: --keep FOLDER.")
    if not args.methods:
        raise InputError("A study takes at least one method.", "Name some: --method saliency.")
    if args.pace is not None and args.pace.autocast:
        raise InputError("A study runs in float32, without autocast.", "Leave it out.")
    lacking = ENGINES[args.engine or "local"].lacking()
    if lacking:
        raise InputError(f"The engine {args.engine} is not installed here.", lacking)
    if args.address is not None and args.engine != "ray":
        raise InputError("--address is of a Ray cluster.", "Add --engine ray.")
    if _has_something(args.keep):
        read_description(args.keep)  # no other folder is written into


def _metrics(args: argparse.Namespace, source: Source) -> tuple[str, ...]:
    """What is measured; a study that goes on and names nothing keeps to what it has."""
    kept: tuple[str, ...] = ()
    if _has_something(args.keep):
        kept = tuple(map(str, read_description(args.keep).fixed.get("metrics") or ()))
        if not args.metrics and not args.no_localisation:
            return kept
    masks = any(one.mask for one in islice(source.pictures(), TRIES))
    found = metrics_of(args, masks)
    return kept if {*kept} == {*found} else found  # in whatever order they are named


def _truths(args: argparse.Namespace, metrics: tuple[str, ...]) -> str | None:
    """How masks name rows: in a study that goes on as they did there; None: as of today."""
    if not _has_something(args.keep):
        return None
    fixed = read_description(args.keep).fixed
    if {*metrics} != {*map(str, fixed.get("metrics") or ())}:
        return None
    return str(fixed.get("truths", ""))


def _has_something(folder: Path) -> bool:
    """More than the lock of one that was stopped before it wrote anything."""
    try:
        return folder.exists() and any(one.name != LOCK for one in folder.iterdir())
    except OSError as cause:
        raise InputError(
            f"--keep takes a folder, and {folder} is none: {cause.strerror}.", "Name another one."
        ) from cause


def _first(
    source: Source, folder: Path, decoder: Decoder, part: InputSpec | None
) -> tuple[Path, Raster]:
    """The first picture that can be read, of the first hundred."""
    found = list(islice(source.pictures(), TRIES))
    for listed in found:
        with suppress(InputError):
            if listed.cause is None:
                file = source.local(listed, folder)
                return file, decoder.raster(file, spec=part)
    if not found:
        raise InputError(f"There is no picture in {source.where}.", "Check the path.")
    raise InputError(
        f"None of the first {len(found):,} pictures in {source.where} can be read.", "Check them."
    )


def _fits(worker: Worker, first: Raster, spec: InputSpec, target: int | Target | None) -> None:
    inputs = prepare(first, spec).inputs
    target_of(worker, inputs, worker.predict(inputs), target)
