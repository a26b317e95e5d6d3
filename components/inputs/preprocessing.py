"""The preprocessing that goes with a model in this session."""

from __future__ import annotations

from dataclasses import replace

from components.session import backend
from components.session.state.workspace import Source
from xai_core.pictures.preprocessing import InputSpec


def fitted(source: Source) -> Source:
    """The source with an input size that the model was seen to run on."""
    found = backend.own_verdict(source).input_shape
    if found is None or len(found) != 4:
        return source
    if found[1:] == backend.opened(source).card.input_spec.shape:
        return source
    return replace(source, spec=InputSpec.for_shape(found[1], found[2], found[3]))


def adopted(source: Source, spec: InputSpec) -> Source:
    """The source with another preprocessing, which pictures beside the picture get, too."""
    options = source.options
    if any(one.file for one in options.other_inputs):
        options = replace(options, input_spec=spec)
    return replace(source, options=options, spec=spec)
