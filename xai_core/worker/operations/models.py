"""Opening a model and running it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.attribution.capabilities import Layer
from xai_core.base.loaded_model import LoadedModel
from xai_core.base.progress import Progress
from xai_core.models.formats.base import Inspection, LoadOptions
from xai_core.targets import Prediction
from xai_core.worker.card import ModelCard, PictureInput
from xai_core.worker.operations.base import Arrays, Params, Session, operation
from xai_core.worker.wire.answer import LONG_TEXT, Answer, Item, Most
from xai_core.worker.wire.codec import decode
from xai_core.worker.wire.protocol import Array

if TYPE_CHECKING:
    from torch import Tensor

MOST_SCORES = 2**22  # of one picture


@operation(Answer(text=LONG_TEXT))
def inspect(session: Session, params: Params, arrays: Arrays, tick: Progress) -> Inspection:
    """`path`, maybe `member` -> Inspection."""
    from xai_core.models.loading import inspect_file
    from xai_core.models.script.trust import told_unguarded

    found = inspect_file(Path(params["path"]), params.get("member"))
    return found if session.guarded else told_unguarded(found)


@operation(Answer(text=LONG_TEXT))
def load(session: Session, params: Params, arrays: Arrays, tick: Progress) -> ModelCard:
    """`path`, `options` -> ModelCard; the model that was open is let go first."""
    from xai_core.models.loading import load_model, recognise
    from xai_core.models.script.trust import refuse_unguarded_script

    session.model = session.context = session.batches = None
    path, options = Path(params["path"]), decode(LoadOptions, params["options"])
    if not session.guarded and not options.trust:
        refuse_unguarded_script(options.format or recognise(path, options.member).name)
    session.model = load_model(path, options, progress=tick)
    return _card(session.model)


@operation(lambda params, arrays: Answer((Item((len(arrays[0]), Most(MOST_SCORES))),)))
def predict(session: Session, params: Params, arrays: Arrays, tick: Progress) -> Prediction:
    """inputs -> Prediction; one by one, because exports often have a fixed batch of 1."""
    from xai_core.targets import predict as as_numbers

    model = session.opened()
    names = len(model.labels) if model.labels else None
    parts = [as_numbers(_output(model, picture[None]), 1, names) for picture in arrays[0]]
    scores = np.concatenate([part.scores for part in parts])
    shape = (len(parts), *parts[0].shape[1:])
    first = parts[0]
    return Prediction(first.kind, first.path, scores, shape, first.entries, first.ends_in)


@operation(Answer(text=LONG_TEXT))
def layers(session: Session, params: Params, arrays: Arrays, tick: Progress) -> tuple[Layer, ...]:
    """inputs -> layers that ran; none for a model that only predicts."""
    from xai_core.attribution.forward import suit
    from xai_core.attribution.probe import probe

    module = session.opened().module
    if module is None:
        return ()
    suit(module, arrays[0].shape[1:])
    return probe(module, _on_device(module, arrays[0][:1])).layers


def _card(model: LoadedModel) -> ModelCard:
    from xai_core.attribution.autocast import offered_on
    from xai_core.base.device import device_of, title_of

    device = None if model.module is None else device_of(model.module)
    parameters = [] if model.module is None else list(model.module.parameters())
    return ModelCard(
        file=model.path.name,
        format=model.format,
        sha256=model.sha256,
        size=model.size,
        input_spec=model.input_spec,
        loaded_by=model.loaded_by,
        converted_by=model.converted_by,
        labels=model.labels,
        labels_assumed=model.labels_assumed,
        weights=model.weights,
        member=model.member,
        members=model.members,
        parameters=sum(parameter.numel() for parameter in parameters),
        findings=model.findings,
        pictures=_pictures(model),
        device="cpu" if device is None else title_of(device),
        autocast=device is not None and offered_on(device.type),
    )


def _pictures(model: LoadedModel) -> tuple[PictureInput, ...]:
    from xai_core.base.several_inputs.held import held_by

    held = held_by(model.module)
    if held is None or not held.pictures:
        return ()
    others = ((name, tuple(one.shape[1:])) for name, one in held.pictures.items())
    each = ((held.picture, model.input_spec.shape), *others)
    return tuple(PictureInput(name, (c, h, w)) for name, (c, h, w) in each)


def _output(model: LoadedModel, inputs: Array) -> Any:
    import torch

    from xai_core.attribution.forward import run, suit
    from xai_core.attribution.passes.lineage import observed
    from xai_core.attribution.predictor import runnable
    from xai_core.base.borrow import borrowed

    module = runnable(model)
    suit(module, inputs.shape[1:])
    with borrowed(module), torch.no_grad():
        return run(observed(module), _on_device(module, inputs))


def _on_device(module: Any, inputs: Array) -> Tensor:
    import torch

    from xai_core.base.device import device_of

    return torch.from_numpy(inputs.copy()).to(device_of(module))
