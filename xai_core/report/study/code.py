"""A study as code: a script that repeats it over a folder and compares every score."""

from __future__ import annotations

from string import Template

import numpy as np
from jaxtyping import Float64

from xai_core.demo.run import demo_run
from xai_core.models.demo import DEMO, MODEL_TITLE
from xai_core.report import baselines
from xai_core.report.code import file_name, literal, target_literal
from xai_core.report.study.subject import StudySubject
from xai_core.studies.figures.measured import asked_metric, place_of
from xai_core.studies.result import StudyResult

SCRIPT = Template('''"""Repeats a study of Pedestal, and says whether every score is the same.

Start it with Pedestal's Python and its folder on PYTHONPATH:

    python repeat.py FOLDER [MODEL]

FOLDER holds the pictures and masks, found by their SHA-256 whatever their names; `demo` is the
folder of the pictures that come with Pedestal. Scores are written to scores.npy,
`[pictures, methods]`.
"""

import hashlib
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import xai_core

MODEL = $model
MODEL_SHA256 = $model_sha256
OPTIONS = xai_core.LoadOptions(
    architecture=$architecture,
    code=$code,
    trust=$trust,
    output=$output,
    weights=$weights,
    head_activation=$head_activation,
    member=$member,
    other_inputs=tuple(map(xai_core.OtherInput.of_text, $others)),
)
SPEC = $spec  # None: the model's own
RECIPE = xai_core.Recipe(channels=$channels, sign=$sign, grid=$grid, quantile=$quantile)
TARGET = $target  # None: each picture's top class
SEED = $seed
METHODS = $methods
BASELINES = $baselines  # pictures that methods start from or cover with, beside this script
PACE = $pace  # how the model was run: another way gives the same scores up to rounding
SCORES = $scores  # at the quantile, by SHA-256 of the picture
METRICS = $metrics  # measured beside the score
MASKS = $masks  # what maps are compared with: SHA-256 of the mask by that of its picture
FIGURES = $figures  # by metric and SHA-256 of the picture


def hold(name):
    """Pictures of a baseline, as they were prepared; they come with the study's zip."""
    file = Path(__file__).with_name(name)
    if not file.exists():
        sys.exit(f"There is no {name}. Put it beside this script: it is in the study's zip.")
    xai_core.baseline_pictures(np.load(file))


def same_bits(name, values, expected, unit=""):
    """Whether all are the same, told."""
    known = np.array(list(expected.values()), dtype=float).reshape(values.shape)
    apart = np.nanmax(np.abs(values - known), initial=0.0)
    same = np.array_equal(values, known, equal_nan=True)
    print(f"{name}same bits" if same else f"{name}NOT the same bits, {apart:.2g} {unit}apart")
    return same


def main() -> int:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    demo = sys.argv[1] == "demo"
    files = xai_core.demo_pictures() if demo else xai_core.picture_files(Path(sys.argv[1]))
    found = {hashlib.sha256(file.read_bytes()).hexdigest(): file for file in files}
    missing = [sha256 for sha256 in (*SCORES, *MASKS.values()) if sha256 not in found]
    if missing:
        sys.exit(f"{len(missing)} files are not in the folder, the first is {missing[0]}.")
    model = sys.argv[2] if len(sys.argv) > 2 else MODEL
    if model != "demo" and not Path(model).exists():
        sys.exit(f"There is no {model}. Put the file with SHA-256 {MODEL_SHA256} there.")
    for name in BASELINES:
        hold(name)
    pictures = [
        xai_core.StudyPicture(found[one].name, found[one], one, found.get(MASKS.get(one)))
        for one in SCORES
    ]
    with xai_core.Worker() as worker:
        card = worker.load(model, OPTIONS)
        if card.sha256 != MODEL_SHA256:
            print("The model is another file than the study's: its SHA-256 differs.")
        spec = card.input_spec if SPEC is None else xai_core.InputSpec(**SPEC)
        setting = xai_core.StudySetting(card.sha256, OPTIONS, spec, SEED, RECIPE, TARGET, METRICS)
        study = xai_core.Study(setting, Path("study"))
        study.keep_to(xai_core.Pace.of_text(PACE))

        @contextmanager
        def borrow():
            yield worker

        xai_core.conduct(study, pictures, METHODS, borrow)
        table = study.table(list(SCORES), METHODS)
    scores = table.at(RECIPE.quantile)
    np.save("scores.npy", scores)
    for name, mean in zip(METHODS, np.nanmean(scores, axis=0)):
        print(name, f"{mean:.4f} nats")
    nothing = np.full(scores.shape, np.nan)
    same = [
        same_bits(f"{metric} ", table.figures.get(metric, nothing), FIGURES[metric])
        for metric in METRICS
    ]
    same.append(same_bits("", scores, SCORES, "nats "))
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
''')


def script(subject: StudySubject) -> str:
    """A Python script. Names from files stand in it as literals only."""
    study, setup = subject.study, subject.setup
    demo = study.model == MODEL_TITLE and study.model_sha256 == demo_run().model_sha256
    spec = setup.spec or study.input_spec
    values = {
        **study.recipe.to_dict(),
        "quantile": subject.quantile,
        "model_sha256": study.model_sha256,
        "architecture": setup.architecture or study.architecture,
        "trust": setup.trust,
        "output": setup.output or study.output,
        "weights": setup.weights or study.weights,
        "head_activation": setup.head_activation or study.head_activation,
        "member": setup.member or study.member,
        "spec": spec.to_dict() if spec else None,
        "others": study.other_inputs,
        "seed": study.seed,
        "pace": str(study.pace),
    }
    repeated = _repeated(study)
    figures = (f"{one!r}: {_values(study, study.table.figures[one])}" for one in repeated)
    return SCRIPT.substitute(
        {name: repr(value) for name, value in values.items()},
        model=repr(DEMO if demo else "model-" + file_name(study.model)),
        target=target_literal(study.target),
        code="(" + "".join(f"Path({name!r}), " for name in setup.code) + ")",
        methods=literal({name: dict(given) for name, given in study.methods.items()}),
        baselines=repr(tuple(baselines.files(study.methods))),
        scores=_values(study, subject.here.scores),
        metrics=repr(repeated),
        masks=literal({one.sha256: one.mask for one in study.pictures if one.mask}),
        figures="{" + ", ".join(figures) + "}",
    )


def _repeated(study: StudyResult) -> tuple[str, ...]:
    """The metrics that can be measured again: of masks, where the study says which these were."""
    known = any(one.mask for one in study.pictures)
    return tuple(
        metric
        for metric in sorted(study.table.figures, key=place_of)
        if (asked := asked_metric(metric)) is not None and (known or not asked.on_mask)
    )


def _values(study: StudyResult, values: Float64[np.ndarray, "p m"]) -> str:
    """By SHA-256 of the picture, in the order of the methods; None where there is no value."""
    lines = (
        f"    {one.sha256!r}: {[float(v) if v == v else None for v in values[row]]},\n"
        for row, one in enumerate(study.pictures)
    )
    return "{\n" + "".join(lines) + "}"
