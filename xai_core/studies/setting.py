"""What all entries of a study have in common, and the name that it gives them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from xai_core.base.target import Target
from xai_core.maps.recipe import Recipe
from xai_core.models.formats.base import LoadOptions
from xai_core.pictures.preprocessing import InputSpec
from xai_core.runs.opening import code_of
from xai_core.scores.public.asked_metric import AskedMetric, asked_metrics

SCHEMA = 1
EACH = "each"  # picture is named with its mask


@dataclass(frozen=True)
class Setting:
    """What all entries of a study have in common; each field changes the results.

    Attributes:
        model_sha256, options: which file, and how it is opened. spec: how pictures become inputs.
        recipe: its quantile and crop do not count, the curves hold all quantiles.
        target: class index; None explains each picture's top class; or a target of another kind.
        truths: `each` where a row is of a picture and its mask, which follows from the metrics;
            studies of before have a digest of all masks there, or nothing.
        metrics: measured of each map beside its score, as `AskedMetric` reads them; after removal
            at the recipe's quantile where they name none.

    Raises:
        InputError: a metric is unknown, or a parameter of it is wrong.
    """

    model_sha256: str
    options: LoadOptions
    spec: InputSpec
    seed: int = 0
    recipe: Recipe = field(default_factory=Recipe)
    target: int | Target | None = None
    metrics: tuple[str, ...] = ()
    truths: str | None = None

    def __post_init__(self) -> None:
        """Equal requests for metrics are equal texts."""
        object.__setattr__(self, "metrics", asked_metrics(self.metrics, self.recipe.quantile))
        if self.truths is None:
            on_mask = any(AskedMetric.of_text(one).on_mask for one in self.metrics)
            object.__setattr__(self, "truths", EACH if on_mask else "")

    @property
    def by_mask(self) -> bool:
        """Whether another mask makes another row of a picture."""
        return self.truths == EACH

    @property
    def key(self) -> str:
        """SHA-256 over all of it, and over names and bytes of the Python files."""
        return digest_of(self.told)

    @property
    def told(self) -> dict[str, Any]:
        """All that the key is over."""
        plain = asdict(self)
        for name in ("metrics", "truths"):  # those of before had none, and keep their key
            if not plain[name]:
                del plain[name]
        return {
            "schema": SCHEMA,
            **plain,
            "spec": self.spec.to_dict(),
            "options": {**_options(self.options), "code": code_of(self.options.code)},
            "recipe": replace(self.recipe, quantile=None, crop=None).to_dict(),
        }


def _options(options: LoadOptions) -> dict[str, Any]:
    found = asdict(options)
    del found["other_inputs"], found["patience"]  # how long a proof takes changes no score
    for name in ("weights", "head_activation", "member"):  # without one, the key of before
        if found[name] is None:
            del found[name]
    if options.input_spec is not None:
        found["input_spec"] = options.input_spec.to_dict()
    if options.other_inputs:  # those of before had none, and keep their key
        found["other_inputs"] = [
            (str(one), one.file and hashlib.sha256(one.file.read_bytes()).hexdigest())
            for one in options.other_inputs
        ]
    return found


def digest_of(told: Any) -> str:
    """SHA-256 over a value that JSON can hold, hexadecimal."""
    text = json.dumps(told, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
