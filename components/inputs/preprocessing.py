"""The preprocessing that goes with a model in this session."""

from __future__ import annotations

from dataclasses import replace

from components.session.state.workspace import Source
from xai_core.pictures.preprocessing import InputSpec


def adopted(source: Source, spec: InputSpec) -> Source:
    """The source with another preprocessing, which pictures beside the picture get, too."""
    options = source.options
    if any(one.file for one in options.other_inputs):
        options = replace(options, input_spec=spec)
    return replace(source, options=options, spec=spec)
