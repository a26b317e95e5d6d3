"""What is proposed for a file that holds a known body under a head of the team's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import NoReturn

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.models.formats.base import ACTIVATIONS
from xai_core.models.weights.builder import Builder
from xai_core.models.weights.index.entry import Shape
from xai_core.models.weights.own import told
from xai_core.models.weights.own.body import Body
from xai_core.models.weights.own.head import Head, head_on
from xai_core.models.weights.own.layers import COUNTER, UnclearError
from xai_core.models.weights.own.network import OwnNetwork
from xai_core.models.weights.own.search import bodies
from xai_core.models.weights.own.sizes import resized
from xai_core.models.weights.own.template import build_file
from xai_core.models.weights.state_dicts import StateDict

TRIED = 6  # architectures whose size is looked for


def own_builders(
    states: Sequence[StateDict],
    said: Set[str],
    asked: str | None = None,
    activation: str | None = None,
) -> list[Builder]:
    """The network of the first state dict in which a known body lies; empty where none does.

    Args:
        said: texts that the file holds. asked: name of the architecture, where one was chosen.
        activation: what stands between the layers of the head, one of `ACTIVATIONS`.

    Raises:
        ModelError: `head-unclear`, there is no such activation.
    """
    if activation not in (None, *ACTIVATIONS):
        raise ModelError(
            f"The activation of a head is one of {', '.join(ACTIVATIONS)}, not {activation!r}.",
            "If it is another, give a Python file with a function build().",
            code="head-unclear",
        )
    for state in states:
        shapes = {name: tuple(tensor.shape) for name, tensor in state.tensors.items()}
        found = _built(bodies(shapes, said, asked), shapes)
        if found:
            return [_builder(state, found, activation)]
    return []


def _built(found: Sequence[Body], shapes: Mapping[str, Shape]) -> Sequence[Body]:
    """The first that can be built for the size of its tables, before the others."""
    if not found or not found[0].tables:
        return found
    for body in found[:TRIED]:
        fitted = resized(body, shapes)
        if fitted is not None:
            return [fitted, *(other for other in found if other is not body)]
    return ()


def _builder(state: StateDict, found: Sequence[Body], activation: str | None) -> Builder:
    body = found[0]
    title = f"{body.known.entry.name} with a head of its own"
    try:
        head = head_on(body)
    except UnclearError as cause:
        refusal = _unclear(body, cause)
        return Builder(title, _never, refusal=refusal)
    network = OwnNetwork(body, head, activation or ACTIVATIONS[0])
    architecture = network.architecture()
    renamed = _renamed(state, network)
    return Builder(
        title=title if head else body.known.entry.name,
        build=network.build,
        architecture=architecture,
        num_classes=head.chain.outputs if head else body.classes,
        wanted={name: tuple(tensor.shape) for name, tensor in renamed.tensors.items()},
        findings=_findings(found, head, activation),
        state=renamed,
    )


def _never() -> NoReturn:
    raise NotImplementedError("what is refused is not built")


def _renamed(state: StateDict, network: OwnNetwork) -> StateDict:
    back = {at: name for name, at in network.names().items()}
    found = {}
    for name, tensor in state.tensors.items():
        layer, _, leaf = name.rpartition(".")
        if name in back:
            found[back[name]] = tensor
        elif layer in back:
            found[f"{back[layer]}.{leaf}"] = tensor
    return replace(state, tensors=found)


def _findings(
    found: Sequence[Body], head: Head | None, activation: str | None
) -> tuple[Finding, ...]:
    body = found[0]
    findings = [told.body_found(body), *told.alike(found)]
    if head is not None:
        findings.append(told.head_rebuilt(head, activation))
        findings += told.left_out(head.left)
    else:
        findings += told.left_out(tuple(body.beside))
        findings += [] if body.classes else [told.no_head(body)]
    return tuple(findings)


def _unclear(body: Body, cause: UnclearError) -> ModelError:
    names = [name for name in (*body.own, *body.beside) if not name.endswith(COUNTER)]
    return ModelError(
        f"The body of {body.known.entry.name} was found in the file, and its head is not clear "
        f"from its {len(names)} tensors: {cause}.",
        "Write a Python file to complete (`check MODEL --write-build FILE`), say in it how the "
        "head computes, then open the model with it (`--code FILE --trust`).",
        code="head-unclear",
        nearest=body.known.entry.name,
        on_top=any(len(s) == 2 and s[1] == body.classes for s in body.beside.values()),
        build_file=build_file(body),
    )
