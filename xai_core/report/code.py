"""A run as code: a script and command lines that repeat it and say whether the bits agree."""

from __future__ import annotations

import hashlib
import json
import pprint
import re
import shlex
from collections.abc import Iterator
from string import Template

from xai_core.base.pace import Pace
from xai_core.base.target import Target
from xai_core.demo.run import demo_run
from xai_core.models.demo import DEMO, MODEL_TITLE
from xai_core.pictures.demo import PICTURES
from xai_core.report import baselines
from xai_core.report.subject import Subject

SCRIPT = Template('''"""Repeats a run of Pedestal, and says whether each map has the same bits.

Start it with Pedestal's Python and its folder on PYTHONPATH:

    python repeat.py [MODEL [PICTURE]]

MODEL and PICTURE are files; put them where the names below say, or give their paths. Raw maps
are written to METHOD.npy, those after removal to METHOD-after.npy.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np
import xai_core

MODEL = $model
PICTURE = $picture
MODEL_SHA256 = $model_sha256
PICTURE_SHA256 = $picture_sha256
OTHERS = $others  # inputs beside the picture
OPTIONS = xai_core.LoadOptions(
    architecture=$architecture,
    code=$code,
    trust=$trust,
    output=$output,
    weights=$weights,
    head_activation=$head_activation,
    member=$member,
    other_inputs=tuple(map(xai_core.OtherInput.of_text, OTHERS)),
)
SPEC = $spec  # None: the model's own
TARGET = $target
SEED = $seed
RECIPE = xai_core.Recipe(
    channels=$channels, sign=$sign, crop=$crop, grid=$grid, quantile=$quantile
)
METHODS = $methods
BASELINES = $baselines  # pictures that methods start from or cover with, beside this script$called
PACES = $paces  # how the model was run: another way gives the same maps up to rounding
SHA256_OF_RAW_MAP = $digests


def check(name, expected):
    """What is in the folder; the files of the demo come with Pedestal."""
    file = Path(name)
    if name not in $comes_along and not file.exists():
        sys.exit(f"There is no {name}. Put the file with SHA-256 {expected} there.")
    if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() != expected:
        print(f"{name} is another file than the run's: its SHA-256 differs.", file=sys.stderr)


def hold(name):
    """Pictures of a baseline, as they were prepared; they come with the run's zip."""
    file = Path(__file__).with_name(name)
    if not file.exists():
        sys.exit(f"There is no {name}. Put it beside this script: it is in the run's zip.")
    xai_core.baseline_pictures(np.load(file))


def main() -> int:
    model, picture = (*sys.argv[1:3], *(MODEL, PICTURE)[len(sys.argv) - 1 :])
    check(model, MODEL_SHA256)
    check(picture, PICTURE_SHA256)
    for name in BASELINES:
        hold(name)
    same = True
    with xai_core.Worker() as worker:
        card = worker.load(model, OPTIONS)
        spec = card.input_spec if SPEC is None else xai_core.InputSpec(**SPEC)
        inputs = xai_core.prepare(xai_core.open_picture(picture, spec), spec).inputs
        for name, parameters in METHODS.items():
            pace = xai_core.Pace.of_text(PACES[name])
            raw = worker.explain(inputs, TARGET, name, SEED, parameters, pace=pace)
            after = xai_core.canonicalise(raw, RECIPE)
            np.save(f"{name}.npy", raw.values)
            np.save(f"{name}-after.npy", after)
            equal = hashlib.sha256(raw.values.tobytes()).hexdigest() == SHA256_OF_RAW_MAP[name]
            score = worker.score(after)[0]
            print(name, f"{score:.4f} nats,", "same bits" if equal else "NOT the same bits")
            same = same and equal
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
''')


def script(subject: Subject) -> str:
    """A Python script. Names from files stand in it as literals only."""
    run, setup = subject.run, subject.setup
    shown = {name: run.attributions[name] for name in subject.methods}
    values = {
        **subject.recipe.to_dict(),
        "model_sha256": run.model_sha256,
        "picture_sha256": run.picture_sha256,
        "architecture": setup.architecture,
        "trust": setup.trust,
        "output": setup.output,
        "weights": setup.weights,
        "head_activation": setup.head_activation,
        "member": setup.member,
        "spec": setup.spec.to_dict() if setup.spec else None,
        "others": run.other_inputs,
        "seed": _seed(subject),
    }
    literals = {name: repr(value) for name, value in values.items()}
    literals["target"] = target_literal(run.asked)
    return SCRIPT.substitute(
        literals,
        model=repr(DEMO if _is_demo(subject) else model_name(subject)),
        picture=repr(picture_name(subject)),
        comes_along=(DEMO, *PICTURES),
        code="(" + "".join(f"Path({name!r}), " for name in setup.code) + ")",
        methods=literal({name: dict(one.parameters) for name, one in shown.items()}),
        baselines=repr(tuple(baselines.files([one.parameters for one in shown.values()]))),
        called=baselines.called(shown.values()),
        paces=literal({name: str(one.pace) for name, one in shown.items()}),
        digests=literal(
            {name: hashlib.sha256(one.values.tobytes()).hexdigest() for name, one in shown.items()}
        ),
    )


def commands(subject: Subject) -> Iterator[str]:
    """One line a method that writes its raw map, the same bits."""
    setup = subject.setup
    for name in subject.methods:
        one = subject.run.attributions[name]
        words = ["python", "-m", "xai_core", "explain"]
        words += [DEMO if _is_demo(subject) else model_name(subject), picture_name(subject)]
        words += ["--method", name]
        for key, value in one.parameters.items():
            words += [] if key == baselines.PARAMETER else ["--set", f"{key}={value}"]
        words += [word for file in baselines.files(one.parameters) for word in ("--baseline", file)]
        words += list(_target_words(subject.run.asked))
        words += ["--seed", str(one.seed), "--out", f"{file_name(name)}.npy"]
        words += ["--pace", str(one.pace)] if one.pace != Pace() else []
        words += ["--architecture", setup.architecture] if setup.architecture else []
        words += ["--output", setup.output] if setup.output else []
        words += ["--weights", setup.weights] if setup.weights else []
        words += ["--head-activation", setup.head_activation] if setup.head_activation else []
        words += ["--member", setup.member] if setup.member else []
        words += ["--spec", json.dumps(setup.spec.to_dict())] if setup.spec else []
        words += [word for other in subject.run.other_inputs for word in ("--input", other)]
        words += [word for file in setup.code for word in ("--code", file)]
        words += ["--trust"] if setup.trust else []
        yield shlex.join(words)


def target_literal(asked: int | Target | None) -> str:
    """A target as Python."""
    if not isinstance(asked, Target):
        return repr(asked)
    return f"xai_core.Target({asked.kind!r}, {dict(asked.parameters)!r})"


def _target_words(asked: int | Target | None) -> Iterator[str]:
    """A mask or an embedding stands in the line as its text, not as a file."""
    if asked is None:
        return
    kind, given = (asked.kind, asked.parameters) if isinstance(asked, Target) else (asked, {})
    yield from ("--target", str(kind))
    for name, value in given.items():
        yield from ("--target-set", f"{name}={value}")


def file_name(text: str) -> str:
    """A text as the name of a file: no path, no sign that a shell or an archive reads."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", text).strip("._-")[:100] or "unnamed"


def model_name(subject: Subject) -> str:
    """Where the model's file is to be put."""
    return "model-" + file_name(subject.run.model)


def picture_name(subject: Subject) -> str:
    """Where the picture's file is to be put, or which demo picture it is."""
    name = subject.run.picture
    return name if name in PICTURES else "picture-" + file_name(name)


def _is_demo(subject: Subject) -> bool:
    return subject.run.model == MODEL_TITLE and (
        subject.run.model_sha256 == demo_run().model_sha256
    )


def _seed(subject: Subject) -> int:
    return next((subject.run.attributions[name].seed for name in subject.methods), 0)


def literal(value: object) -> str:
    """As it stands in a script."""
    return pprint.pformat(value, width=96, sort_dicts=False)
