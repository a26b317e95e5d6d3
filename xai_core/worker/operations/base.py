"""What an operation of a worker is, and where it is registered."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import InputError
from xai_core.base.loaded_model import LoadedModel
from xai_core.base.progress import Progress
from xai_core.base.target import Asked
from xai_core.worker.wire.answer import Answer
from xai_core.worker.wire.protocol import Array

if TYPE_CHECKING:
    from xai_core.attribution.batches.explaining import Batches
    from xai_core.attribution.context import Context

Params = Mapping[str, Any]
Arrays = tuple[Array, ...]


@dataclass
class Session:
    """What stays between calls.

    Attributes:
        model: the open one. context: what was found for the last picture that was explained.
        batches: what was found of how the model treats several. guarded: the cage of the process
            is complete.
    """

    model: LoadedModel | None = None
    context: Context | None = None
    batches: Batches | None = None
    guarded: bool = True

    def opened(self) -> LoadedModel:
        """The open model. Raises `InputError` where there is none."""
        if self.model is None:
            raise InputError("No model is open in this worker.", "Load one first.")
        return self.model

    def groundwork_of(self, inputs: Array, target: Asked) -> Context:
        """Of the open model: several methods are asked for on one picture, one after the other.

        Raises:
            InputError: there is no open model.
        """
        from xai_core.attribution.context import Context

        model = self.opened()
        if self.context is None or not self.context.is_of(model, inputs, target):
            self.context = Context(model, inputs, target)
        return self.context

    def batches_of(self) -> Batches:
        """Of the open model. Raises `InputError` where there is none."""
        from xai_core.attribution.batches.explaining import Batches

        model = self.opened()
        if self.batches is None or self.batches.model is not model:
            self.batches = Batches(model)
        return self.batches


Operation = Callable[[Session, Params, Arrays, Progress], Any]
Declared = Callable[[Params, Arrays], Answer]
"""What an operation may answer, by what it is asked: the host holds the process to it."""
OPERATIONS: dict[str, Operation] = {}
ANSWERS: dict[str, Declared] = {}
# In steps that each take less than a second: whoever imports them can do something between.
HEAVY_IMPORTS = {
    "load": (  # torchvision, timm and Keras need torch's compiler, if only for its decorators
        "sympy",
        "torch.fx.experimental.symbolic_shapes",
        "torch.distributed.fsdp",
        "torch._dynamo",
    ),
    "score": (
        "scipy.special",
        "scipy.stats",
        "pandas",
        "matplotlib.pyplot",
        "sklearn.linear_model",
        "captum.attr",
        "xai_core.scores.metrics.complexity",
        "quantus",
    ),
}


def operation(declared: Declared | Answer) -> Callable[[Operation], Operation]:
    """Decorator: an operation is called by the name of its function.

    Args:
        declared: the arrays and the text of its answer.
    """

    def register(function: Operation) -> Operation:
        OPERATIONS[function.__name__] = function
        answer = declared if callable(declared) else lambda params, arrays: declared
        ANSWERS[function.__name__] = answer
        return function

    return register


def answer_of(name: str, params: Params, arrays: Arrays) -> Answer:
    """What the operation of a name may answer to this."""
    if name not in ANSWERS:
        register_all()
    return ANSWERS[name](params, arrays)


def register_all() -> None:
    """Import every module beside this one, so that their operations are known."""
    package = __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        importlib.import_module(f"{package}.{module.name}")


def warm(name: str) -> None:
    """Import what an operation needs; a failure shows when the operation is called."""
    for _ in warm_in_steps(name):
        pass


def warm_in_steps(name: str) -> Iterator[None]:
    """As `warm`, a module at a time."""
    for module in HEAVY_IMPORTS.get(name, ()):
        try:
            if module == "quantus":  # beside zennit it cannot be imported just so
                from xai_core.scores.quantus_calls.library import quantus

                quantus()
            else:
                importlib.import_module(module)
        except Exception as error:
            print(f"warming up {name}: {error}")
        yield
