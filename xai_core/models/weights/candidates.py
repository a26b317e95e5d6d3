"""Networks that weights may be put into: known architectures, or what the user's code builds."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from types import ModuleType
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.models.architectures.base import ARCHITECTURES, Architecture
from xai_core.models.formats.base import LoadOptions
from xai_core.models.pickles.code import CodeFiles
from xai_core.models.vision_libraries import make_importable
from xai_core.models.weights.builder import Builder
from xai_core.models.weights.own.offer import own_builders
from xai_core.models.weights.published import library_builders
from xai_core.models.weights.state_dicts import StateDict, best_fit

if TYPE_CHECKING:
    from torch import nn

USUAL_NAMES = ("build", "build_model")


def builders(
    states: Sequence[StateDict],
    options: LoadOptions,
    said: Set[str] = frozenset(),
    rebuilt: Callable[[Sequence[StateDict]], list[Builder]] = lambda _: [],
) -> list[Builder]:
    """What to try, in order: the user's code where it is given, else the known architectures.

    Args:
        said: texts that the file holds; a name among them decides between equal fits.
        rebuilt: networks of other libraries, asked where torchvision and timm have none that fits.

    Raises:
        ModelError: `needs-trust`, code that is not trusted; `missing-code`, code that fails;
            `missing-architecture`, there is none of the name asked for.
    """
    if options.code and not options.trust:
        raise ModelError(
            f"{', '.join(path.name for path in options.code)} would be run to build the network.",
            "If you trust this code, load with trust.",
            code="needs-trust",
        )
    if options.code:
        return list(_from_code(options))
    if options.architecture is None:
        plugins = [_known(architecture, states) for architecture in ARCHITECTURES]
        # Building one takes time: those whose head the file lacks come last.
        likely = [plugin for plugin in plugins if plugin.num_classes]
        rest = [plugin for plugin in plugins if plugin not in likely]
        published = library_builders(states, said)
        exact = any(builder.findings for builder in published)
        # A body under the decoder of its library is not one under a head of the team's own.
        families = [] if exact else rebuilt(states)
        library = published if families else _library(states, options, said)
        return [*likely, *families, *library, *rest]
    if options.architecture in ARCHITECTURES:
        return [_known(ARCHITECTURES[options.architecture], states)]
    return _library(states, options, said)


def _library(states: Sequence[StateDict], options: LoadOptions, said: Set[str]) -> list[Builder]:
    """What torchvision and timm define: as it is, else under a head of the team's own."""
    asked = options.architecture
    found = library_builders(states, said, asked)
    fit = best_fit(list(states), found[0].wanted or {}) if found else None
    if fit is not None and fit.exact and not fit.left_out:
        return found
    own = own_builders(states, said, asked, options.head_activation)
    if fit is None or not fit.exact:
        return [*own, *found]
    on_top = [one for one in own if len(one.wanted or ()) > len(found[0].wanted or ())]
    unclear = [one for one in own if one.refusal is not None and one.refusal.facts.get("on_top")]
    # What takes the outputs of a whole network is the head: the network's own are not the classes.
    return unclear or [*on_top, *found]


def _known(architecture: Architecture, states: Iterable[StateDict]) -> Builder:
    heads = [
        int(tensor.shape[0])
        for state in states
        for name, tensor in state.tensors.items()
        if tensor.ndim and f".{name}".endswith(f".{architecture.head}")
    ]
    classes = heads[0] if heads else 0
    build = architecture.build
    return Builder(
        architecture.title, lambda: build(classes or architecture.classes), architecture, classes
    )


def _from_code(options: LoadOptions) -> Iterator[Builder]:
    make_importable()  # for what the code imports
    files = CodeFiles(options.code)
    files.install()
    modules = files.modules()
    for name, make in _callables(modules, options.architecture):
        yield Builder(name, lambda name=name, make=make: _called(name, make))  # type: ignore[misc]


def _callables(modules: list[ModuleType], asked: str | None) -> list[tuple[str, Callable[[], Any]]]:
    names = (asked,) if asked else USUAL_NAMES
    named = [
        (name, getattr(module, name))
        for name in names
        for module in modules
        if callable(getattr(module, name, None))
    ]
    if named:
        return named
    classes = [] if asked else [pair for module in modules for pair in _classes(module)]
    if classes:
        return classes
    wanted = (
        f"called {asked!r}" if asked else "build() or build_model(), or a class without arguments"
    )
    raise ModelError(
        f"A function or class {wanted} was expected in "
        f"{', '.join(module.__name__ for module in modules)}; there is none.",
        "Add `def build(): return YourNetwork(...)` to the file.",
        code="missing-architecture",
    )


def _classes(module: ModuleType) -> Iterator[tuple[str, Callable[[], Any]]]:
    from torch import nn

    for name, value in vars(module).items():
        own = isinstance(value, type) and value.__module__ == module.__name__
        if own and issubclass(value, nn.Module) and _takes_nothing(value):
            yield name, value


def _takes_nothing(kind: type) -> bool:
    return not any(
        parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        for parameter in inspect.signature(kind).parameters.values()
    )


def _called(name: str, make: Callable[[], Any]) -> nn.Module:
    from torch import nn

    try:
        network = make()
    except (Exception, SystemExit) as cause:  # the user's own code may raise anything
        raise ModelError(
            f"{name}() failed: {type(cause).__name__}: {cause}",
            "It is called without arguments; give them defaults.",
            code="missing-architecture",
        ) from cause
    if not isinstance(network, nn.Module):
        raise ModelError(
            f"{name}() should return an nn.Module and returned a {type(network).__name__}.",
            "Let it return the network itself.",
            code="missing-architecture",
        )
    return network
