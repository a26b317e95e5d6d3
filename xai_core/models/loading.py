"""A model file in, a model that can be run out."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from xai_core.base.errors import Cancelled, ModelError, XaiError
from xai_core.base.loaded_model import LoadedModel
from xai_core.base.progress import Progress
from xai_core.models.assumed_labels import with_assumed
from xai_core.models.demo import model_file
from xai_core.models.formats.base import FORMATS, Format, Inspection, LoadOptions
from xai_core.models.input_form.first_run import SECONDS, fitted
from xai_core.models.pickles.odd_tensors import refuse_sparse
from xai_core.models.unpacking.declared_shape import of_declared_shape
from xai_core.models.unpacking.opening import (
    Opened,
    completed,
    format_of,
    inspected,
    opened,
    packed,
    recognised,
    with_code_named,
)
from xai_core.readiness.steps import LOADING
from xai_core.targets.output_entry import narrowed

if TYPE_CHECKING:
    from torch import nn


def recognise(path: str | Path, member: str | None = None) -> Format:
    """The format that the bytes of the file are of, or of the model in a package.

    Names play no part. `member`: as in `LoadOptions`.

    Raises:
        ModelError: the file is not there or of no known format (`unknown-format`), is only
            good for prediction (`inference-format`), or is empty or broken (`corrupt-file`).
    """
    return format_of(_existing(path), member)


def inspect_file(path: str | Path, member: str | None = None) -> Inspection:
    """What the file says of itself; nothing of it is run, and torch is not imported.

    Raises:
        ModelError: with a finding code; its fact `format` says what the file was taken for.
    """
    file = _existing(path)
    with opened(file, member) as found:
        return inspected(_inspect(recognised(found.path), found.path), file, found)


def load_model(
    path: str | Path, options: LoadOptions | None = None, *, progress: Progress | None = None
) -> LoadedModel:
    """Load a model in this process, in eval mode, in float32, on the best device.

    Args:
        path: of the file; `"demo"` is the demo model.
        progress: told how many of the steps in `LOADING` are over; it may raise `Cancelled`.

    Raises:
        ModelError: with a finding code that says why (`unknown-format`, `corrupt-file`,
            `needs-trust`, `unsafe-code`, `missing-code`, `missing-architecture`).
    """
    options, tick = options or LoadOptions(), progress or _untold
    tick(0, len(LOADING))
    file = _existing(path)
    with opened(file, options.member, named=options.format is not None) as found:
        plugin = FORMATS[options.format] if options.format else recognised(found.path)
        return _loaded(file, found, plugin, completed(options, found), tick)


def _loaded(
    file: Path, found: Opened, plugin: Format, options: LoadOptions, tick: Progress
) -> LoadedModel:
    inspection = _inspect(plugin, found.path)
    if options.other_inputs and not plugin.fixes_inputs:
        raise ModelError(
            f"Other inputs cannot be fixed for a {plugin.title}.",
            "Export it with them as constants, or open the model that it was made from.",
            code="other-inputs",
            format=plugin.name,
        )
    tick(1, len(LOADING))
    try:

        def load(given: LoadOptions) -> LoadedModel:
            model = plugin.load(found.path, inspection, given)
            tick(2, len(LOADING))
            return _run_once(model, given)

        model = of_declared_shape(load, options, found.content.shape)
        model = narrowed(model, options.output) if options.output else model
        return with_assumed(packed(model, file, found), SECONDS * options.patience)
    except Cancelled:
        raise
    except XaiError as cause:
        raise _named(with_code_named(cause, found), plugin) from cause.__cause__
    except Exception as cause:  # loaders of broken files raise nearly anything
        raise _broken(plugin, cause) from cause


def _untold(done: int, total: int) -> None:
    """Nobody looks."""


def _inspect(plugin: Format, file: Path) -> Inspection:
    try:
        return plugin.inspect(file)
    except XaiError as cause:
        raise _named(cause, plugin) from cause.__cause__
    except Exception as cause:  # as above
        raise _broken(plugin, cause) from cause


def _named(error: XaiError, plugin: Format) -> XaiError:
    error.facts = {"format": plugin.name, **error.facts}
    return error


def _broken(plugin: Format, cause: Exception) -> ModelError:
    return ModelError(
        f"The file looks like a {plugin.title}, but it cannot be read: "
        f"{type(cause).__name__}: {cause}",
        "Copy or download the file again, or save the model again.",
        code="corrupt-file",
        format=plugin.name,
    )


def _existing(path: str | Path) -> Path:
    file = model_file(path)
    if not file.exists():
        raise ModelError(f"There is no file {file}.", "Check the path.", code="unknown-format")
    if file.is_file() and file.stat().st_size == 0:
        raise ModelError(
            f"{file.name} is empty.", "Copy or download it again.", code="corrupt-file"
        )
    return file


def _complete(module: nn.Module) -> None:
    from torch.nn.parameter import is_lazy

    refuse_sparse(module)

    empty = [name for name, parameter in module.named_parameters() if is_lazy(parameter)]
    if empty:
        raise ModelError(
            f"The model was saved before its first run: {empty[0]} has no numbers yet.",
            "Run the model once on an input of the right shape, then save it again.",
            code="missing-weights",
        )


def _ready(model: LoadedModel) -> LoadedModel:
    from xai_core.base.device import best_device
    from xai_core.models.precision import to_float32

    if model.module is None:
        return model
    module = model.module
    _complete(module)
    with suppress(NotImplementedError):  # an exported program has its mode baked in
        module.eval()
    finding = to_float32(module)
    module.to(best_device())
    findings = model.findings if finding is None else (*model.findings, finding)
    return replace(model, module=module, findings=findings)


def _run_once(model: LoadedModel, options: LoadOptions) -> LoadedModel:
    """Ready, with the input on which a plain torch module is seen to run."""
    from xai_core.models.precision import OwnPrecision

    module = model.module
    if module is None or model.reference is not None or not model.format.startswith("torch"):
        return _ready(model)
    own = OwnPrecision(module)
    ready = _ready(model)
    fixed, seconds = options.input_spec is not None, SECONDS * options.patience
    found = fitted(ready, module, fixed, seconds)
    if found is not None or not own.other:
        return found or ready
    finding = own.restore()
    found = fitted(replace(model, findings=(*model.findings, finding)), module, fixed, seconds)
    if found is None:
        module.float()
    return found or ready
