"""The first run of a torch module: which shape it takes, and in which form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.base.input_spec import MAX_CHANNELS, InputSpec
from xai_core.base.loaded_model import LoadedModel
from xai_core.models.input_form.forms import Form, forms

if TYPE_CHECKING:
    from torch import nn

    from xai_core.readiness.setting.sizes import Attempt, Shape

SECONDS = 20.0
WITH_FORM = 4  # shapes that are tried in another form
PLAIN = Form()


@dataclass(frozen=True)
class Taken:
    """shape: `(C, H, W)` that runs."""

    shape: Shape
    form: Form = PLAIN


def fitted(
    model: LoadedModel,
    module: nn.Module,
    fixed: bool,
    seconds: float = SECONDS,
    *,
    graph: bool = False,
) -> LoadedModel | None:
    """The model with the shape and form of input that its module is seen to run on.

    None where none is found in time.

    Args:
        module: the model's. fixed: the shape was asked for, and no other is tried. graph: as for
            `forms`.

    Raises:
        ModelError: it takes volumes or clips.
    """
    found = taken(module, model.input_spec.shape, fixed, seconds, graph=graph)
    if found is None:
        return None
    if found.form != PLAIN:
        put_in(module, found.form)
    spec = spec_for(model.input_spec, found)
    return replace(model, input_spec=spec, findings=(*model.findings, *told(model, found)))


def taken(
    module: nn.Module, first: Shape, fixed: bool, seconds: float = SECONDS, *, graph: bool = False
) -> Taken | None:
    """What it runs on; None where nothing is found. Raises `ModelError` for volumes.

    graph: as for `forms`.
    """
    from xai_core.models.conversion.deadline import deadline
    from xai_core.models.conversion.fitting import trying
    from xai_core.readiness.setting.ranks import volumes

    said: list[str] = []
    try:
        with deadline(seconds, "The search for an input"), trying(module) as attempt:
            found = _search(module, attempt, (first, fixed, graph), said)
    except ModelError:  # late
        return None
    if found is None and said and (error := volumes(module, said[0])) is not None:
        raise error
    return found


def _search(
    module: nn.Module, attempt: Attempt, asked: tuple[Shape, bool, bool], said: list[str]
) -> Taken | None:
    """The shape itself, and what its error leads to; that in other forms; then usual shapes."""
    from xai_core.readiness.setting.shapes import candidates
    from xai_core.readiness.setting.sizes import first_fit, solved

    first, fixed, graph = asked
    error = attempt(first)
    if error is None:
        return Taken(first)
    said.append(error)
    found = None if fixed else solved(attempt, first, error)
    others = () if fixed else tuple(candidates(module))
    found = found or (first_fit(attempt, others[:WITH_FORM]) if others else None)
    if found is not None:
        return Taken(found)
    for form in forms(error, graph=graph):
        with _in(module, form):
            shapes = [shape for shape in (first, *others[:WITH_FORM]) if _suits(form, shape)]
            found = _only(attempt, shapes) if fixed else first_fit(attempt, shapes)
        if found is not None:
            return Taken(found, form)
    found = first_fit(attempt, islice(others, WITH_FORM, None))
    return Taken(found) if found else None


def _only(attempt: Attempt, shapes: list[Shape]) -> Shape | None:
    return next((shape for shape in shapes if attempt(shape) is None), None)


def _suits(form: Form, shape: Shape) -> bool:
    return form.layout != "rows" or shape[0] == 1


def put_in(module: nn.Module, form: Form) -> None:
    """From now on the module takes `[B, C, H, W]`."""
    module.register_forward_pre_hook(_changing(form), prepend=True)


@contextmanager
def _in(module: nn.Module, form: Form) -> Iterator[None]:
    handle = module.register_forward_pre_hook(_changing(form), prepend=True)
    try:
        yield
    finally:
        handle.remove()


def _changing(form: Form) -> Any:
    def hook(_: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...]:
        return (form.change(args[0]), *args[1:])

    return hook


def spec_for(spec: InputSpec, found: Taken) -> InputSpec:
    """How pictures become such inputs."""
    if found.shape[0] > MAX_CHANNELS:
        return spec
    usual = spec == InputSpec.for_shape(*spec.shape)
    if found.shape != spec.shape:
        spec = _resized(spec, found.shape)
    if found.form.whole and usual:
        many = spec.channels
        spec = replace(spec, mean=(0.0,) * many, std=(1 / 255,) * many)
    return spec


def _resized(spec: InputSpec, shape: Shape) -> InputSpec:
    usual = InputSpec.for_shape(*shape)
    if shape[0] != spec.channels:
        return usual
    return replace(spec, height=usual.height, width=usual.width, resize=usual.resize)


def told(model: LoadedModel, found: Taken) -> Iterator[Finding]:
    """What was found, where it is not what was expected."""
    size = " × ".join(map(str, found.shape))
    if found.shape != model.input_spec.shape:
        yield Finding(
            "input-size-found",
            "info",
            f"The file does not say which input it takes; it runs on {size} (channels × height × "
            "width), which was found by trying, and pictures are prepared that way.",
            "If it was trained on another shape, give that (`--input-shape`).",
        )
    if found.form != PLAIN:
        yield Finding(
            "input-form-found",
            "info",
            f"The model takes its pictures {found.form.sentence}, not as float32 [B, C, H, W]. "
            "They are given so, and maps are of the picture as it was.",
            _advice(found.form),
        )


def _advice(form: Form) -> str:
    if form.rounded and form.whole:
        return (
            "No gradient passes whole numbers: save the module itself, or export one that takes "
            "floating-point numbers from 0 to 255."
        )
    return "See that the values are those of training." if form.whole else ""
