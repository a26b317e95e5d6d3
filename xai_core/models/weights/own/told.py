"""What is said of a known body and of the head on it."""

from __future__ import annotations

from collections.abc import Sequence

from xai_core.base.finding import Finding
from xai_core.models.formats.base import ACTIVATIONS
from xai_core.models.weights.equal_fits import equal_fits
from xai_core.models.weights.own.body import Body
from xai_core.models.weights.own.head import Head
from xai_core.models.weights.own.network import TITLES

WAYS = {"whole": "", "part": ", its feature extractor alone", "children": ", its layers in a row"}


def body_found(body: Body) -> Finding:
    """Which body lies where."""
    under = f" under {body.prefix!r}" if body.prefix else ""
    size = ""
    if body.side:
        size = f" Its tables of positions are those for pictures of {body.side} × {body.side}."
    return Finding(
        "architecture-found",
        "info",
        f"The {'body is that of' if not body.classes else 'network is'} {body.known.entry.name}"
        f"{WAYS[body.way]}: all its {len(body.names)} tensors are there{under}, by name and "
        f"shape.{size}",
    )


def alike(found: Sequence[Body]) -> tuple[Finding, ...]:
    """Other architectures with the same body."""
    return equal_fits(found[0].known.entry, [body.known.entry for body in found[1:]])


def head_rebuilt(head: Head, activation: str | None) -> Finding:
    """Of which layers it is, and what between them was assumed."""
    chosen = activation or ACTIVATIONS[0]
    words = []
    for step in head.chain.steps:
        words.append(step.layer.text)
        if step.activated and chosen != "none":
            words.append(f"{TITLES[chosen]} ({'assumed' if activation is None else 'as chosen'})")
    place = f" {head.root!r}" if head.root else ""
    message = f"The head{place} is no architecture's own; it was rebuilt from its tensors: "
    message += ", ".join(words)
    if not head.chain.assumed:
        return Finding(
            "head-assumed",
            "info",
            f"{message}. What has no tensors is not seen: dropout changes nothing, an activation "
            "at its ends would.",
        )
    others = [name for name in ACTIVATIONS if name != chosen]
    return Finding(
        "head-assumed",
        "warning",
        f"{message}. Activations have no tensors: what stands between the layers is a guess. "
        "Dropout changes nothing.",
        f"If it was another one, choose it (`--head-activation {others[0]}` or `{others[1]}`).",
    )


def no_head(body: Body) -> Finding:
    """The outputs are no classes."""
    return Finding(
        "features-only",
        "warning",
        f"The file holds no classifier: the {body.features or ''} outputs are features of "
        f"{body.known.entry.name}, not classes. The top one is only the largest feature.",
        "Explain the likeness to another picture, or open the file that holds the head, too.",
    )


def left_out(names: Sequence[str]) -> tuple[Finding, ...]:
    """Tensors that take no part."""
    if not names:
        return ()
    message = f"{len(names)} tensors beside the network were left out, the first is {names[0]}."
    return (Finding("weights-left-out", "info", message),)
