"""Named choices of methods, as data: what each holds, and for which models it is offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xai_core.attribution.methods.base import FAMILIES, METHODS
from xai_core.base.errors import InputError
from xai_core.readiness.result import Availability, Level, Verdict

GRADIENT: tuple[Level, ...] = ("ready", "input-gradients", "unproven")
PREDICTS: tuple[Level, ...] = (*GRADIENT, "inference-only")


@dataclass(frozen=True)
class Preset:
    """A choice of methods.

    Attributes:
        name: as on the command line. title: as on the page. sentence: what it holds.
        levels: of the models that it is offered for.
        methods: names, in order. families: those whose methods follow, as folders of `methods/`.
        least: methods that must be able to run. needs: a family of which one must.
    """

    name: str
    title: str
    sentence: str
    levels: tuple[Level, ...]
    methods: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    least: int = 1
    needs: str = ""

    def members(self, known: Mapping[str, Availability] | None = None) -> tuple[str, ...]:
        """The methods that can run, in order. known: by method; what is not in it may run."""
        there = [name for name in self.methods if name in METHODS]
        there += [one.name for one in METHODS if one.family in self.families]
        lacking = {name for name, one in (known or {}).items() if not one.available}
        return tuple(name for name in dict.fromkeys(there) if name not in lacking)


PRESETS: tuple[Preset, ...] = (
    Preset(
        "quick",
        "Quick look",
        "Saliency, Guided Backprop and Grad-CAM: one or two passes each.",
        GRADIENT,
        methods=("saliency", "guided-backprop", "grad-cam"),
    ),
    Preset(
        "pair",
        "The article's pair",
        "Guided Backprop against FusionGrad: the two that the pedestal puts in the wrong order.",
        GRADIENT,
        methods=("guided-backprop", "fusiongrad"),
        least=2,
    ),
    Preset(
        "vit",
        "For a ViT",
        "What a vision transformer's tokens look at, beside Integrated Gradients and SmoothGrad.",
        GRADIENT,
        methods=("integrated-gradients", "smoothgrad"),
        families=("attention",),
        least=2,
        needs="attention",
    ),
    Preset(
        "black-box",
        "For a black box",
        "Methods that only ask for scores, so that any model will do: many passes, slow.",
        PREDICTS,
        families=("perturbation",),
    ),
    Preset(
        "fair",
        "All that are fair here",
        "Every method that can run on this model, the slow ones too.",
        PREDICTS,
        families=("", *FAMILIES),
        least=2,
    ),
)


def preset_of(name: str) -> Preset:
    """The preset with this name. Raises `InputError` where there is none."""
    for one in PRESETS:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in PRESETS)
    raise InputError(f"There is no preset called {name!r}.", f"There are: {names}.")


def offered(
    verdict: Verdict | None, known: Mapping[str, Availability] | None = None
) -> dict[Preset, tuple[str, ...]]:
    """The presets for a model with the methods that each keeps there.

    Args:
        verdict: None where it was not checked; what is in doubt is offered.
        known: availability by method; None takes the verdict's.
    """
    may = verdict.methods if known is None and verdict is not None else known or {}
    found = {}
    for one in PRESETS:
        members = one.members(may)
        fits = verdict is None or verdict.level in one.levels
        meets = not one.needs or any(METHODS[name].family == one.needs for name in members)
        if fits and meets and len(members) >= one.least:
            found[one] = members
    return found
