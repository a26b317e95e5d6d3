"""A file whose configuration was checked, as a module."""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError, XaiError
from xai_core.base.finding import Finding
from xai_core.base.loaded_model import LoadedModel
from xai_core.models.formats.base import Inspection, LoadOptions
from xai_core.models.keras.backend import import_keras
from xai_core.models.keras.custom import custom_objects, registrations_undone
from xai_core.models.keras.declared import Declared
from xai_core.models.keras.layout import Layout, layout_of
from xai_core.models.keras.preprocessing import input_spec
from xai_core.models.keras.safety import custom, needing_trust, refuse_dangerous, trust_error
from xai_core.models.other_inputs import array_of, check_names
from xai_core.pictures.preprocessing import InputSpec

if TYPE_CHECKING:
    from xai_core.models.keras.module import KerasModule

UNKNOWN = re.compile(
    r"Could not locate \w+ '([^']+)'|Unknown \w+: '?([\w>.]+)'?|"
    r"Could not interpret \w+ function identifier: (\w+)"
)
UNSAFE = ("carries a potential risk", "safe_mode=False", "for security", "Not allowed")
SAVE_AGAIN = (
    "Open it with the version of Keras that wrote it, and save the whole model again as .keras."
)


def load(
    path: Path,
    inspection: Inspection,
    options: LoadOptions,
    said: Declared,
    write: Callable[[Path], None],
    suffix: str,
) -> LoadedModel:
    """The model, from the copy that `write` makes of the file with a configuration for Keras 3.

    Raises:
        ModelError: `unsafe-code`, `needs-trust`, `missing-code`, `corrupt-file`,
            `unknown-format` (Keras cannot read it) or `forward-failed` (no single picture in).
    """
    refuse_dangerous(said.objects)
    if (stored := needing_trust(said.objects)) and not options.trust:
        raise trust_error(stored)
    keras = import_keras()
    with registrations_undone():
        from xai_core.models.keras.older_layers import OLDER

        known = custom_objects(custom(said.objects), options)
        keras.saving.get_custom_objects().update(OLDER)
        with tempfile.TemporaryDirectory(prefix="pedestal-") as folder:
            copy = Path(folder) / f"model{suffix}"
            write(copy)
            model = _deserialised(keras, copy, known, options.trust)
        module, layout = _module(model, said, options)
    return LoadedModel(
        path=path,
        format=inspection.format,
        sha256=inspection.sha256,
        size=inspection.size,
        module=module,
        input_spec=options.input_spec or _spec(module, layout),
        loaded_by=f"Keras {keras.__version__} on torch"
        + (", safe mode" if not options.trust else ", trusted"),
        findings=_precision(model),
    )


def _deserialised(keras: Any, copy: Path, known: dict[str, Any], trust: bool) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return keras.saving.load_model(
                copy, custom_objects=known, compile=False, safe_mode=not trust
            )
    except XaiError:
        raise
    except Exception as cause:  # Keras raises nearly anything on a file that it cannot read
        raise _understood(cause) from cause


def _understood(cause: Exception) -> ModelError:
    text = str(cause)
    if isinstance(inner := cause.__context__, XaiError):
        return ModelError(inner.message, inner.hint, code=inner.code, **inner.facts)
    if any(mark in text for mark in UNSAFE):
        return ModelError(
            f"Keras refuses to load the file in safe mode: {_short(text)}",
            "Do not use this file, or load it with trust if you know where it comes from.",
            code="unsafe-code",
        )
    if match := UNKNOWN.search(text):
        name = next(group for group in match.groups() if group)
        return ModelError(
            f"The model needs code that is not part of Keras: {name}.",
            "Give the Python file that defines it, and load it with trust.",
            code="missing-code",
            missing=[name],
        )
    broken = isinstance(cause, OSError | KeyError | EOFError) or "h5" in text.lower()
    return ModelError(
        f"Keras cannot read the model: {type(cause).__name__}: {_short(text)}",
        "Copy or download the file again, or save the model again." if broken else SAVE_AGAIN,
        code="corrupt-file" if broken else "unknown-format",
    )


def _short(text: str) -> str:
    told = text.rpartition("Exception encountered: ")[2]
    first = " ".join(told.split())
    return first if len(first) <= 300 else f"{first[:300]}…"


def _module(model: Any, said: Declared, options: LoadOptions) -> tuple[KerasModule, Layout]:
    from xai_core.models.keras.module import Fixed, KerasModule

    shapes = _input_shapes(model) or said.inputs
    if not model.built or not shapes:
        raise ModelError(
            "The file does not say what input the model takes: it was saved before it was built.",
            "Call the model once on a picture, then save it again.",
            code="forward-failed",
        )
    if len(shapes) < 2 and not options.other_inputs:
        layout = layout_of(shapes[0], said.data_format)
        return KerasModule(model, layout).eval(), layout
    tensors = list(getattr(model, "inputs", None) or ())
    sizes = {str(tensor.name): tuple(tensor.shape) for tensor in tensors}
    names = list(sizes) or [f"input {index}" for index in range(len(shapes))]
    picture = check_names(names, options.other_inputs, sizes)
    spec = options.input_spec or InputSpec()
    given = {one.name: array_of(one, spec, sizes[one.name]) for one in options.other_inputs}
    layout = layout_of(sizes[picture], said.data_format)
    return KerasModule(model, layout, Fixed(tuple(names), given)).eval(), layout


def _input_shapes(model: Any) -> tuple[tuple[int | None, ...], ...]:
    inputs = getattr(model, "inputs", None) or ()
    return tuple(tuple(tensor.shape) for tensor in inputs)


def _spec(module: KerasModule, layout: Layout) -> Any:
    layers: list[Any] = list(module.children())
    names = [str(module.model.name), *(str(layer.name) for layer in layers)]
    return input_spec(layout, layers, names)


def _precision(model: Any) -> tuple[Finding, ...]:
    policies = {str(layer.dtype_policy.name) for layer in (model, *model.layers)}
    mixed = sorted(name for name in policies if name.startswith("mixed_"))
    if not mixed:
        return ()
    return (
        Finding(
            "precision-changed",
            "info",
            f"The model computes in {', '.join(mixed)}; it was converted to float32.",
            "Results can differ slightly from those of the original.",
        ),
    )
