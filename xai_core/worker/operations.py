"""What a worker can be asked to do: each operation calls the core and gives plain results."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.errors import InputError, ModelError, XaiError
from xai_core.formats.base import Inspection, LoadedModel, LoadOptions
from xai_core.targets import Prediction
from xai_core.types import Attribution, Layer, Progress, Scores, Verdict
from xai_core.worker.card import ModelCard
from xai_core.worker.codec import decode, error_from
from xai_core.worker.protocol import Array

if TYPE_CHECKING:
    from torch import Tensor

Params = Mapping[str, Any]
Arrays = tuple[Array, ...]


@dataclass
class Session:
    """What stays between calls: the open model."""

    model: LoadedModel | None = None

    def opened(self) -> LoadedModel:
        """The open model. Raises `InputError` where there is none."""
        if self.model is None:
            raise InputError("No model is open in this worker.", "Load one first.")
        return self.model


Operation = Callable[[Session, Params, Arrays, Progress], Any]
OPERATIONS: dict[str, Operation] = {}
HEAVY_IMPORTS = {"score": ("xai_core.metrics.complexity", "quantus")}


def operation(function: Operation) -> Operation:
    """Decorator: an operation is called by the name of its function."""
    OPERATIONS[function.__name__] = function
    return function


def warm(name: str) -> None:
    """Import what an operation needs; a failure shows when the operation is called."""
    for module in HEAVY_IMPORTS.get(name, ()):
        try:
            importlib.import_module(module)
        except Exception as error:
            print(f"warming up {name}: {error}")


@operation
def inspect(session: Session, params: Params, arrays: Arrays, tick: Progress) -> Inspection:
    """`path` -> Inspection."""
    from xai_core.loading import inspect_file

    return inspect_file(Path(params["path"]))


@operation
def load(session: Session, params: Params, arrays: Arrays, tick: Progress) -> ModelCard:
    """`path`, `options` -> ModelCard; the model that was open is let go first."""
    from xai_core.loading import load_model

    session.model = None
    session.model = load_model(Path(params["path"]), decode(LoadOptions, params["options"]))
    return _card(session.model)


@operation
def predict(session: Session, params: Params, arrays: Arrays, tick: Progress) -> Prediction:
    """inputs -> Prediction; one by one, because exports often have a fixed batch of 1."""
    from xai_core.targets import predict as as_numbers

    model = session.opened()
    parts = [as_numbers(_output(model, picture[None]), 1) for picture in arrays[0]]
    scores = np.concatenate([part.scores for part in parts])
    shape = (len(parts), *parts[0].shape[1:])
    return Prediction(parts[0].kind, parts[0].path, scores, shape)


@operation
def layers(session: Session, params: Params, arrays: Arrays, tick: Progress) -> tuple[Layer, ...]:
    """inputs -> layers that ran; none for a model that only predicts."""
    from xai_core.probe import probe

    module = session.opened().module
    return () if module is None else probe(module, _on_device(module, arrays[0][:1])).layers


@operation
def assess(session: Session, params: Params, arrays: Arrays, tick: Progress) -> Verdict:
    """`target`, maybe inputs -> Verdict."""
    from xai_core.readiness import assess as judge

    inputs = arrays[0] if arrays else None
    return judge(session.opened(), inputs, params["target"], progress=tick)


@operation
def rejected(session: Session, params: Params, arrays: Arrays, tick: Progress) -> Verdict:
    """`path`, `error` -> Verdict, with the format where the bytes tell it."""
    from xai_core.loading import recognise
    from xai_core.readiness import rejected as reject

    verdict = reject(Path(params["path"]), error_from(params["error"]))
    with contextlib.suppress(XaiError):
        return replace(verdict, format=recognise(params["path"]).name)
    return verdict


@operation
def explain(session: Session, params: Params, arrays: Arrays, tick: Progress) -> Attribution:
    """`target`, `method`, `seed`, `parameters`, inputs -> Attribution."""
    from xai_core.explanation import explain as attribute
    from xai_core.methods.base import METHODS
    from xai_core.methods.parameters import build

    method, given = params["method"], params["parameters"]
    build(METHODS[method].Parameters, given)  # a wrong name must not reach the keywords below
    tick(0, 1)
    return attribute(
        session.opened(),
        arrays[0],
        params["target"],
        method,
        params["seed"],
        progress=tick,
        **given,
    )


@operation
def score(session: Session, params: Params, arrays: Arrays, tick: Progress) -> Scores:
    """`metric`, maps -> scores."""
    from xai_core.metrics.base import METRICS

    return np.asarray(METRICS[params["metric"]].score(arrays[0]), dtype=np.float64)


def _card(model: LoadedModel) -> ModelCard:
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
        parameters=sum(parameter.numel() for parameter in parameters),
        findings=model.findings,
        explainable=model.module is not None,
    )


def _output(model: LoadedModel, inputs: Array) -> Any:
    import torch

    from xai_core.borrow import borrowed
    from xai_core.explanation import run
    from xai_core.predictor import PredictorModule

    module = model.module
    if module is None:
        if model.reference is None:
            raise ModelError(f"{model.path.name} holds nothing that can be run.")
        module = PredictorModule(model.reference)
    with borrowed(module), torch.no_grad():
        return run(module, _on_device(module, inputs))


def _on_device(module: Any, inputs: Array) -> Tensor:
    import torch

    from xai_core.device import device_of

    return torch.from_numpy(inputs.copy()).to(device_of(module))
