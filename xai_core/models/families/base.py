"""What a family of networks is: a library, and how saved tensors tell which of its networks it was.

No name of a tensor says how it is used. What a family reads from names and shapes is certain, the
rest is the library's usual value, and said to be assumed.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from xai_core.base.errors import ModelError
from xai_core.base.input_spec import InputSpec
from xai_core.base.registry import Registry
from xai_core.models.architectures.base import Shapes
from xai_core.models.vision_libraries import make_importable

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Recipe:
    """One network that tensors may be of.

    Attributes:
        title: for a person, `segmentation-models-pytorch Unet with resnet18`.
        build: the network with random weights.
        classes: outputs. input_spec: how pictures become inputs.
        assumed: what no tensor tells, at the library's usual value, each a noun phrase.
        doubtful: the same, where the value is a guess: as a warning.
        labels: of the classes, as a guess from their number. finish: what is done to the network
            once it has its weights. imagenet: the labels are ImageNet's.
    """

    title: str
    build: Callable[[], nn.Module]
    classes: int
    input_spec: InputSpec
    assumed: tuple[str, ...] = ()
    labels: tuple[str, ...] | None = None
    finish: Callable[[nn.Module], None] | None = None
    doubtful: tuple[str, ...] = ()
    imagenet: bool = False


class Family(ABC):
    """The networks of one library.

    Attributes:
        name: the package, as `pip install` takes it. module: as `import` takes it.
    """

    name: ClassVar[str]
    module: ClassVar[str]
    order: ClassVar[int] = 100

    @abstractmethod
    def recipes(self, shapes: Shapes) -> Iterator[Recipe]:
        """Networks that tensors of these names and shapes may be of, the likeliest first.

        None where the names are not this library's.

        Raises:
            ModelError: `missing-code`, they are, and the library is not installed;
                `missing-architecture`, the network takes volumes.
        """

    def load(self, module: str = "") -> Any:
        """The library, or a module of it.

        Raises:
            ModelError: `missing-code`, with the command that installs it.
        """
        make_importable()
        try:
            with quiet():
                return importlib.import_module(module or self.module)
        except (ImportError, RuntimeError, AttributeError) as cause:
            raise ModelError(
                f"The weights are those of a network of {self.name}, which cannot be imported: "
                f"{cause}",
                f"Run `pip install {self.name}` where Pedestal is installed, and open the file "
                "again.",
                code="missing-code",
                missing=[self.name],
            ) from cause


FAMILIES: Registry[Family] = Registry("xai_core.models.families", "family")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Libraries print and warn of their own; and the caller's random numbers stay his."""
    import torch

    with (
        contextlib.redirect_stdout(io.StringIO()),
        warnings.catch_warnings(),
        torch.random.fork_rng(devices=[]),
    ):
        warnings.simplefilter("ignore")
        yield


def shapes_built(build: Callable[[], nn.Module], *, real: bool = False) -> Shapes:
    """Names and shapes of the tensors of what `build` gives; without memory where that works.

    Args:
        real: it is known to read numbers while it is built.
    """
    import torch

    with quiet():
        try:
            with torch.device("cpu" if real else "meta"):
                network = build()
        except (RuntimeError, NotImplementedError):  # it reads a number while it is built
            network = build()
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def agrees(found: Shapes, wanted: Shapes) -> bool:
    """Whether the tensors that are not counters are the same."""
    return all(found.get(name) == shape for name, shape in wanted.items() if shape) and all(
        name in wanted for name in found
    )


def refuse_volumes(what: str, weight: tuple[int, ...]) -> None:
    """Nothing, if the kernel of a first convolution is of pictures.

    Raises:
        ModelError: `missing-architecture`, it is of volumes.
    """
    if len(weight) != 5:
        return
    raise ModelError(
        f"The weights are of a {what} that takes volumes: its kernels are "
        f"{' × '.join(map(str, weight[2:]))}. Volumes and clips are not supported.",
        "Explain a network that takes slices, pictures of the shape [channels, height, width].",
        code="missing-architecture",
    )
