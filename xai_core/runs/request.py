"""What is asked of a comparison, what it costs in samples, and the run before its first map."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.scorer import PLAIN
from xai_core.base.environment import machine, versions
from xai_core.base.pace import Pace
from xai_core.base.parameters import build
from xai_core.base.target import Target
from xai_core.maps.recipe import Recipe
from xai_core.pictures.preprocessing import InputSpec, Prepared
from xai_core.readiness.result import Level
from xai_core.runs.run import Run


@dataclass(frozen=True)
class Request:
    """What is to be compared.

    Attributes:
        methods: parameters by method name; missing ones take their defaults.
        labels: class names, where they are known. pace: of methods that take many samples.
        baselines: what the files of pictures that methods start from are called, by the text that
            names these.
        input_spec, architecture, output, weights, head_activation, other_inputs, trusted, opening,
            member, level, summary: as in `Run`.
    """

    model: str
    model_sha256: str
    model_format: str
    picture: str
    picture_sha256: str
    prepared: Prepared
    target: int | Target | None
    methods: Mapping[str, Mapping[str, Any]]
    seed: int = 0
    recipe: Recipe = field(default_factory=Recipe)
    labels: tuple[str, ...] | None = None
    pace: Pace = PLAIN
    baselines: Mapping[str, Sequence[str]] = field(default_factory=dict)
    input_spec: InputSpec | None = None
    architecture: str | None = None
    output: str | None = None
    weights: str | None = None
    head_activation: str | None = None
    other_inputs: tuple[str, ...] = ()
    trusted: bool = False
    opening: str = ""
    member: str | None = None
    level: Level | None = None
    summary: str = ""


PROVENANCE = (
    *("model", "model_sha256", "model_format", "picture", "picture_sha256", "input_spec"),
    *("architecture", "output", "weights", "head_activation", "other_inputs"),
    *("trusted", "opening", "member", "level", "summary"),
)


def draft_of(request: Request) -> Run:
    """The run of a request before anything of it is computed: it has no map and no target."""
    return Run(
        **{name: getattr(request, name) for name in PROVENANCE},
        pixels=request.prepared.picture,
        content=request.prepared.content,
        target=None,
        guesses=(),
        attributions={},
        recipe=replace(request.recipe, crop=request.prepared.content),
        scores={},
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=versions(),
        machine=machine(),
    )


def costs(request: Request, reused: Collection[str] = ()) -> dict[str, int]:
    """Samples by method, of those that are not reused."""
    samples = samples_of(request.methods, request.prepared.inputs.shape[1:])
    return {name: one for name, one in samples.items() if name not in reused}


def samples_of(methods: Mapping[str, Mapping[str, Any]], shape: tuple[int, ...]) -> dict[str, int]:
    """How many samples each method takes of a picture of `shape` (C, H, W)."""
    size = (shape[0], shape[1], shape[2])
    return {
        name: METHODS[name].samples(build(METHODS[name].Parameters, given), size)
        for name, given in methods.items()
    }
