"""A known network's body, found in a file whose head is another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from xai_core.models.weights.index.entry import CHANNELS, CLASSES, Shape, fits
from xai_core.models.weights.own.known import Known
from xai_core.models.weights.state_dicts import COUNTER

COLOURS = 3
TABLES = re.compile(
    r"pos_emb|position_emb|pos_bias|relative_position|rel_pos|relative_coords|attn_mask"
    r"|mlp_tokens|linear_tokens|attention_bias|^patch_embed\.proj\.weight$"
)
Way = Literal["whole", "part", "children"]


@dataclass(frozen=True)
class Body:
    """Where the tensors of a known body lie in a file.

    Attributes:
        way: how it is used. `whole`: the network, its layer `cut` replaced or left out. `part`:
            only its child `cut`, the feature extractor. `children`: its children in a row, up to
            the child `cut`.
        names: name in the network to name in the file, of every tensor of the body.
        own: name in the file to shape, of what stands in the place of `cut`.
        beside: the same, of what belongs to no part of the network.
        features: length of the vector that the body gives; 0 where that is not known.
        classes: what its own last layer gives, where it still has it, else 0.
        prefix: of the body's names in the file. channels: of its input.
        tables: names of its tensors whose size goes with that of the pictures, and is another.
        side: of the pictures that it was built for, where that is not the usual one.
        others: outputs of each of its layers that are as many as the classes, an auxiliary one.
    """

    known: Known
    way: Way
    cut: str
    names: Mapping[str, str]
    own: Mapping[str, Shape]
    beside: Mapping[str, Shape]
    features: int
    prefix: str = ""
    classes: int = 0
    channels: int = COLOURS
    others: Mapping[str, int] = field(default_factory=dict)
    tables: tuple[str, ...] = ()
    side: int = 0


def whole(known: Known, shapes: Mapping[str, Shape], prefix: str) -> Body | None:
    """The network under its own names, another head in the place of its last layers, or none.

    Args:
        shapes: of the whole state dict.
    """
    below = {name[len(prefix) :]: s for name, s in shapes.items() if name.startswith(prefix)}
    for cut in known.replaceable() if known.single else ():
        gone = set(known.under(cut))
        body = [name for name in known.patterns if name not in gone]
        if not _all_there(known, body, below, tables=True):
            continue
        found = [name for name in body if name in below]
        own = {name: s for name, s in below.items() if name.startswith(f"{cut}.")}
        used = {*found, *own}
        stray = [name for name in below if name not in used]
        inside = {name.partition(".")[0] for name in body}
        if cut.partition(".")[2]:  # part of the head may stand further out
            inside.add(cut.partition(".")[0])
        if any(name.partition(".")[0] in inside for name in stray):
            continue
        return _body(known, "whole", cut, {n: prefix + n for n in found}, own, shapes, prefix)
    return None


def complete(known: Known, shapes: Mapping[str, Shape], prefix: str) -> Body | None:
    """The whole network with its own last layer, and more beside it."""
    below = {name[len(prefix) :]: s for name, s in shapes.items() if name.startswith(prefix)}
    if not _all_there(known, list(known.patterns), below, tables=True):
        return None
    inside = {name.partition(".")[0] for name in known.patterns}
    if any(n.partition(".")[0] in inside for n in below if n not in known.patterns):
        return None
    names = {name: prefix + name for name in known.patterns if name in below}
    classes = below[f"{known.last}.weight"][0]
    return _body(known, "whole", "", names, {}, shapes, prefix, classes)


def part(known: Known, shapes: Mapping[str, Shape], prefix: str) -> Body | None:
    """Its feature extractor alone (`models.densenet121().features`), under another name."""
    top = next(iter(known.patterns)).partition(".")[0]
    body = known.under(top)
    if not known.single or set(known.patterns) - set(body) != set(
        known.under(known.last.partition(".")[0])
    ):
        return None
    names = {name: prefix + name[len(top) + 1 :] for name in body}
    below = {name: shapes[own] for name, own in names.items() if own in shapes}
    if not below or not _all_there(known, body, below):
        return None
    found = {name: names[name] for name in below}
    return _body(known, "part", top, found, {}, shapes, prefix)


def children(known: Known, shapes: Mapping[str, Shape], prefix: str) -> Body | None:
    """Its children in a Sequential, by number: `nn.Sequential(*list(net.children())[:-2])`."""
    numbers: dict[int, dict[str, str]] = {}
    for name in shapes:
        if name.startswith(prefix):
            number, _, rest = name[len(prefix) :].partition(".")
            if rest and number.isdigit():
                numbers.setdefault(int(number), {})[rest] = name
    head = known.last.partition(".")[0]
    tops = [
        top for top in dict.fromkeys(n.partition(".")[0] for n in known.patterns) if top != head
    ]
    names: dict[str, str] = {}
    for top, place in zip(tops, sorted(numbers), strict=False):
        held = numbers[place]
        wanted = {name[len(top) + 1 :]: name for name in known.under(top)}
        if held.keys() - wanted.keys():
            return None
        names |= {wanted[rest]: name for rest, name in held.items()}
    body = [name for top in tops for name in known.under(top)]
    below = {name: shapes[own] for name, own in names.items()}
    if (
        len(numbers) < len(tops)
        or not (below and known.single)
        or not _all_there(known, body, below)
    ):
        return None
    return _body(known, "children", tops[-1], names, {}, shapes, prefix)


def _all_there(
    known: Known, names: list[str], shapes: Mapping[str, Shape], tables: bool = False
) -> bool:
    channels = {
        shapes[name][place]
        for name in names
        if name in shapes
        for place, size in enumerate(known.patterns[name])
        if size == CHANNELS and place < len(shapes[name])
    }
    return len(channels) <= 1 and all(
        fits(known.patterns[name], shapes[name]) or (tables and bool(TABLES.search(name)))
        if name in shapes
        else name.endswith(COUNTER)
        for name in names
    )


def _body(
    known: Known,
    way: Way,
    cut: str,
    names: Mapping[str, str],
    own: Mapping[str, Shape],
    shapes: Mapping[str, Shape],
    prefix: str,
    classes: int = 0,
) -> Body:
    in_file = set(names.values()) | {prefix + name for name in own}
    sizes: dict[int, int] = {}
    classes_of: dict[str, int] = {}
    for name, at in names.items():
        for wanted, size in zip(known.patterns[name], shapes[at], strict=False):
            if wanted == CHANNELS:
                sizes[CHANNELS] = size
            if wanted == CLASSES and name.endswith(".weight"):
                classes_of[name.removesuffix(".weight")] = size
    inside = known.features(cut) if way == "whole" and cut else classes
    return Body(
        known,
        way,
        cut,
        names,
        {prefix + name: shape for name, shape in own.items()},
        {name: shape for name, shape in shapes.items() if name not in in_file},
        inside or known.features(known.last.partition(".")[0]),
        prefix,
        classes,
        sizes.get(CHANNELS, COLOURS),
        classes_of,
        tuple(n for n, at in names.items() if not fits(known.patterns[n], shapes[at])),
    )
