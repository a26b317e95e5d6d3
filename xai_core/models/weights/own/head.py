"""Which tensors of a file are the head on a known body, and what chain they make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xai_core.models.weights.own.body import Body
from xai_core.models.weights.own.chain import Chain, chain_of
from xai_core.models.weights.own.layers import UnclearError, layers_of

# Beside a network, training code keeps these under such names; they take no part in its output.
NO_PART = re.compile(
    r"(^|[._])(loss\w*|criterion\w*|metrics?\w*|\w*acc(uracy)?|auroc|f1\w*|confmat\w*|n_averaged"
    r"|project(or|ion)\w*|proj_head|predictor|prototypes?|queue\w*|momentum\w*|teacher\w*)([._]|$)"
)
# Their forward pass is no plain product: unit vectors, a margin.
COSINE = re.compile(r"(^|[._])\w*(arc|cos|margin|sphere|metric_fc)\w*([._]|$)")


@dataclass(frozen=True)
class Head:
    """A head of the team's own.

    Attributes:
        names: path of a layer to the name of it in the file.
        root: where its layers lie in the file, `head`; "" for several places.
        left: tensors that belong to nothing.
    """

    chain: Chain
    names: Mapping[str, str]
    root: str
    left: tuple[str, ...] = ()


def head_on(body: Body) -> Head | None:
    """The head; None where the file has none, so that the body's features are its output.

    Raises:
        UnclearError: the tensors beside the body do not say what is computed with them.
    """
    beside = {name: s for name, s in body.beside.items() if not NO_PART.search(name)}
    left = tuple(name for name in body.beside if name not in beside)
    if body.own and beside:
        raise UnclearError(f"{next(iter(beside))} lies beside the network")
    held = body.own or beside
    if not held:
        return None
    odd = next((name for name in held if COSINE.search(name)), None)
    if odd is not None:
        raise UnclearError(f"{odd} looks like a head of unit vectors")
    root = f"{body.prefix}{body.cut}" if body.own else _shared(held)
    start = len(root) + 1 if root else 0
    shapes = {name[start:]: shape for name, shape in held.items()}
    chain = chain_of(layers_of(shapes))
    lengths = {body.features} if body.way == "whole" else {body.features, 2 * body.features}
    if chain.features not in lengths and not _pools(body, chain.features):
        raise UnclearError(f"it takes {chain.features} numbers and the body gives {body.features}")
    paths = [step.layer.path for step in chain.steps]
    return Head(chain, {p: ".".join(x for x in (root, p) if x) for p in paths}, root, left)


def _pools(body: Body, length: int) -> bool:
    """A feature map may be made into so many numbers otherwise than by the network itself."""
    return body.way == "part" and body.features % length == 0


def _shared(names: Iterable[str]) -> str:
    """The layer that holds all of them, by name."""
    parts = [name.split(".")[:-1] for name in names]
    shared = []
    for column in zip(*parts, strict=False):
        if len(set(column)) > 1:
            break
        shared.append(column[0])
    return ".".join(shared)
