"""Several pictures of one model explained at once: a map for each of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.attribution.inputs import layers
from xai_core.attribution.inputs.asked import AskedOfInputs
from xai_core.attribution.inputs.passes import explained
from xai_core.attribution.methods.base import METHODS, Method
from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Inputs, checked_inputs
from xai_core.base.errors import InputError, MethodError
from xai_core.base.progress import SharedProgress
from xai_core.base.several_inputs.packing import shapes_of
from xai_core.base.target import AskedOfEach
from xai_core.pictures.backgrounds.held import PARAMETER

if TYPE_CHECKING:
    from torch import nn

    from xai_core.base.loaded_model import LoadedModel


def explain_inputs(
    model: LoadedModel | nn.Module,
    inputs: Mapping[str, Inputs],
    target: AskedOfEach = None,
    method: str = "saliency",
    seed: int = 0,
    *,
    others: Mapping[str, np.ndarray] | None = None,
    **more: Any,
) -> dict[str, Attribution]:
    """Raw attribution of every input of a model that takes several pictures.

    They are explained together, as Captum explains a tuple: a path leads from all baselines to all
    pictures at once, noise lies on all of them, parts of all are hidden, and what adds up adds up
    over all maps. Occlusion covers one of them at a time. A class activation map is of the input
    that its layer sees alone; where no layer is named, the last such layer of each is taken.

    Args:
        model: a module is called with each input by the name of its parameter; where it names none
            so, in the order of `inputs`. A loaded file was opened with its other inputs fixed, of
            which those that are given here are explained.
        inputs: float32 `[B, C, H, W]` each, of any sizes, by name.
        others: inputs that stay as they are, by name, with a first axis of 1, or of B: one of each
            picture, which are then explained one by one.
        more: as `explain` takes them; `baseline_pictures` are arrays by name, `[N, C, H, W]`.

    Raises:
        InputError: inputs that are no pictures, or not as many of each. MethodError: the method
            gives one map for all inputs together, or is not defined for the model.
    """
    pictures = {name: checked_inputs(one) for name, one in inputs.items()}
    if len({len(one) for one in pictures.values()}) != 1:
        raise InputError("There must be as many pictures of each input.", "Give a batch of each.")
    plugin = METHODS[method]
    if more.get(PARAMETER) and not isinstance(more[PARAMETER], Mapping):
        raise InputError(
            "Pictures as baselines of several inputs are arrays of each, by the input's name.",
            "Give them so to `xai_core.explain_inputs`, or take another baseline.",
        )
    check_method(plugin, more)
    own = _like(pictures, more.pop(PARAMETER)) if isinstance(more.get(PARAMETER), Mapping) else {}
    asked = AskedOfInputs(model, pictures, dict(others or {}), target, method, seed, more, own)
    if plugin.several_inputs == "layer":
        return layers.explained(asked)
    if plugin.several_inputs == "singly":
        return _singly(asked, plugin)
    return explained(asked, tuple(pictures))


def check_method(plugin: Method, parameters: Mapping[str, Any]) -> None:
    """Raises `MethodError` where one map of the method is of all inputs together."""
    around = str(parameters.get("of", ""))
    for one in (plugin, METHODS[around]) if around in METHODS else (plugin,):
        if one.several_inputs == "none":
            raise MethodError(
                f"{one.title} gives one map for all inputs together: tokens of all of them "
                "attend to each other.",
                "Choose a gradient method, or explain one input while the others are fixed.",
            )
    if around in METHODS and METHODS[around].several_inputs == "layer":
        raise MethodError(
            f"{plugin.title} around {METHODS[around].title} is of the model's last layer: one map "
            "for all inputs together.",
            f"Choose {METHODS[around].title} itself, which takes a layer of each input's branch.",
        )


def _singly(asked: AskedOfInputs, plugin: Method) -> dict[str, Attribution]:
    """Each input while the others stay as they are."""
    settings, shapes = asked.settings, shapes_of(asked.pictures)
    count = len(next(iter(asked.pictures.values())))
    costs = {name: count * plugin.samples(settings, shape) for name, shape in shapes.items()}
    shared = SharedProgress(costs, asked.more.get("progress"))
    found: dict[str, Attribution] = {}
    for name in asked.pictures:
        found |= explained(asked.telling(shared.of(name)), (name,))
    return found


def _like(pictures: Mapping[str, Inputs], given: Mapping[str, Inputs]) -> dict[str, Inputs]:
    """Other pictures of each input. Raises `InputError` where they are not like it."""
    shapes = shapes_of(pictures)
    if given.keys() != shapes.keys():
        raise InputError(
            f"There are baseline pictures of {', '.join(given) or 'no input'}.",
            f"Give some of each input: {', '.join(shapes)}.",
        )
    found = {name: checked_inputs(given[name]) for name in shapes}
    for name, shape in shapes.items():
        if found[name].shape[1:] != shape:
            sides = ("×".join(map(str, one)) for one in (found[name].shape[1:], shape))
            raise InputError("The baseline pictures of {} are {}, not {}.".format(name, *sides))
    if len({len(one) for one in found.values()}) != 1:
        raise InputError("There must be as many baseline pictures of each input.")
    return found
