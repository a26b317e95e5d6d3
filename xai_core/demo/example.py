"""What the first page shows: an example on which the removal of the pedestal is plain to the eye.

`scripts.choose_example` chose it: of the demo's photos and wafer pictures, and of settings that the
FusionGrad paper and its reference use, it has the clearest change of places at the page's quantile.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xai_core.demo.wafer.examples import EXAMPLES, truth_of
from xai_core.demo.wafer.exhibits import SPEC, WaferExhibit, wafer_exhibits
from xai_core.pictures.preprocessing import open_picture, prepare
from xai_core.runs.computation import Request, compare
from xai_core.runs.reading import open_run
from xai_core.runs.run import Run
from xai_core.runs.seeds import more_seeds
from xai_core.scores.localisation import Localisation, localised

if TYPE_CHECKING:
    from xai_core.worker import Worker

FOLDER = Path(__file__).parent / "example_result"
COUNT = 10  # seeds
NETWORK, PICTURE = "segmenter", "particle"
METHODS: Mapping[str, Mapping[str, Any]] = {
    "guided-backprop": {},
    # Sizes of gradients averaged as in the reference, under half the noise of the paper's rule.
    "fusiongrad": {"std": 0.05, "sg_std": 0.2},
}


@cache
def example_run() -> Run:
    """The result in the repository."""
    return open_run(FOLDER)


def is_example(run: Run) -> bool:
    """Whether a run is that result, also where it came back from a disk."""
    kept = example_run()
    if run is kept:
        return True
    facts = ("created", "model_sha256", "picture_sha256", "recipe", "scores")
    return all(getattr(run, name) == getattr(kept, name) for name in facts)


@cache
def example_localisations() -> dict[str, Localisation]:
    """How well its maps find the defect, at its own recipe."""
    told = json.loads((FOLDER / "localisations.json").read_text("utf-8"))
    return {name: Localisation(**one) for name, one in told.items()}


def exhibit() -> WaferExhibit:
    """The network of the example."""
    return next(one for one in wafer_exhibits() if one.name == NETWORK)


def model_title() -> str:
    """Of the network, as the gallery calls it."""
    return f"Gallery: {exhibit().title}"


def request(worker: Worker) -> Request:
    """What is computed; loads the network."""
    from xai_core.models.formats.base import LoadOptions

    network, picture = exhibit(), EXAMPLES[PICTURE]
    card = worker.load(network.model_path, LoadOptions(input_spec=SPEC))
    return Request(
        model=model_title(),
        model_sha256=card.sha256,
        model_format=card.format,
        picture=picture.title,
        picture_sha256=hashlib.sha256(picture.path.read_bytes()).hexdigest(),
        prepared=prepare(open_picture(picture.path), card.input_spec),
        target=network.target,
        methods=METHODS,
        labels=network.labels,
        input_spec=card.input_spec,
    )


def compute_example(count: int = COUNT) -> tuple[Run, dict[str, Localisation]]:
    """The same, computed now in a worker, by so many seeds; and how well its maps localise."""
    from xai_core.worker import Worker

    with Worker() as worker:
        asked = request(worker)
        run = compare(worker, worker, asked)
        mask = truth_of(run.pixels)
        found = {} if mask is None else localised(worker, run.attributions, run.recipe, mask)
        seeds = more_seeds(worker, run, asked.prepared.inputs, run.recipe, count - 1)
        return replace(run, seeds=seeds), found


if __name__ == "__main__":
    run, found = compute_example()
    told = {name: asdict(one) for name, one in found.items()}
    run.write(FOLDER, localisations=json.dumps(told))
    print(f"wrote {FOLDER.name}")
