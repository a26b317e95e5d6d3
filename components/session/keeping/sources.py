"""A model of a workspace as JSON: its file, how it was opened, its class names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.session.keeping import places, trust
from components.session.keeping.values import (
    maybe,
    number,
    several,
    table,
    text,
    texts,
    truth,
    whole,
)
from components.session.state.sources import Pending, Source
from xai_core.models.formats.base import LoadOptions
from xai_core.models.other_inputs import OtherInput
from xai_core.pictures.preprocessing import InputSpec

NAMED = ("format", "architecture", "output", "weights", "head_activation", "member")


def told(source: Source) -> dict[str, Any] | None:
    """As JSON; None where a file of it cannot be named."""
    options, spec = source.options, source.spec
    code = [places.told(path) for path in options.code]
    others = [_other(one) for one in options.other_inputs]
    found: dict[str, Any] = {
        "title": source.title,
        "file": places.told(source.path),
        "labels": None if source.labels is None else list(source.labels),
        "spec": None if spec is None else spec.to_dict(),
        "options": {
            **{name: getattr(options, name) for name in NAMED},
            "trust": options.trust,
            "patience": options.patience,
            "spec": None if options.input_spec is None else options.input_spec.to_dict(),
            "code": code,
            "others": others,
        },
    }
    files = [found["file"], *code, *(one["file"] for one in others if one["number"] is None)]
    if None in files:
        return None
    if options.trust or options.code:
        found["word"] = trust.word(found)
    return found


def source_of(data: Mapping[str, Any]) -> Source:
    """What `told` gave.

    Raises:
        FileNotFoundError: a file is gone. ValueError, TypeError, XaiError: it is something else.
    """
    given = table(data["options"])
    options = LoadOptions(
        **{name: maybe(given[name], text) for name in NAMED},
        trust=truth(given["trust"]),
        patience=number(given["patience"], 1, 1000),
        input_spec=maybe(given["spec"], _spec),
        code=tuple(several(given["code"], places.path_of)),
        other_inputs=tuple(several(given["others"], _other_of)),
    )
    labels = maybe(data["labels"], texts)
    return Source(
        title=text(data["title"]),
        path=places.path_of(data["file"]),
        options=options,
        labels=None if labels is None else tuple(labels),
        spec=maybe(data["spec"], _spec),
    )


def asked_again(source: Source) -> Pending:
    """The same as an upload that waits for a person's word."""
    options = source.options
    return Pending(
        source.title,
        source.path,
        code={path.name: path.read_bytes() for path in options.code},
        labels=source.labels,
        others="\n".join(map(str, options.other_inputs)),
        files={one.title: one.file for one in options.other_inputs if one.file is not None},
        architecture=options.architecture or "",
    )


def _spec(data: Any) -> InputSpec:
    return InputSpec.from_dict(dict(table(data)))


def _other(one: OtherInput) -> dict[str, Any]:
    return {
        "name": one.name,
        "number": one.number,
        "whole": one.whole,
        "shape": None if one.shape is None else list(one.shape),
        "file": None if one.file is None else places.told(one.file),
        "called": one.called,
    }


def _other_of(data: Any) -> OtherInput:
    given = table(data)
    shape = maybe(given["shape"], lambda sizes: several(sizes, whole))
    found = OtherInput(
        name=text(given["name"]),
        number=maybe(given["number"], lambda value: number(value, -1e308, 1e308)),
        whole=truth(given["whole"]),
        shape=None if shape is None else tuple(shape),
        file=maybe(given["file"], places.path_of),
        called=text(given["called"]),
    )
    if found.file is None:
        OtherInput.of_text(str(found))  # which bounds what a number is to fill
    return found
