"""The torch module of a TensorFlow function: its conversion where that is proven, else its tape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xai_core.base.arrays import Inputs
from xai_core.base.errors import ModelError, XaiError
from xai_core.base.finding import Finding
from xai_core.models.conversion.certificate import Certificate, findings_of
from xai_core.models.conversion.unfinished import CODE as LATE
from xai_core.models.conversion.unfinished import out_of_time
from xai_core.models.tensorflow.source import Source

if TYPE_CHECKING:
    from torch import nn

Shape = tuple[int, int, int]
SIZES = (224, 299, 256, 128, 96, 64, 32)
TAPE_TOLERANCE = 0.05  # in length; right ones are at 1e-6, and at 1e-2 where rectifiers flip
OWN_GRADIENT = "TensorFlow's own gradient, by GradientTape, is used instead; layers stay hidden."

TOO_SLOW = "A time limit passed before it was known whether its layers can be read."


@dataclass(frozen=True)
class Proven:
    """A module, and what was established on the way. converted_by: None for TensorFlow's tape."""

    module: nn.Module
    readable: bool
    converted_by: str | None
    findings: tuple[Finding, ...]


def fitting_shape(source: Source, wanted: Shape | None) -> Shape:
    """A `(C, H, W)` that the model takes: the wanted one, its own, or the first usual one.

    Raises:
        ModelError: `forward-failed`, it takes none of them.
    """
    import numpy as np

    layout, first = source.layout, None
    shapes = [(layout.channels, size, size) for size in SIZES]
    for shape in [wanted] if wanted else [(layout.channels, layout.height, layout.width), *shapes]:
        try:
            source.predict(np.full((1, *shape), 0.5, np.float32))
        except ModelError as error:
            first = first or error
        else:
            return shape
    raise first or ModelError("No shape was tried.", code="forward-failed")


def proven(source: Source, shape: Shape, patience: float = 1.0) -> Proven:
    """The conversion, where it equals TensorFlow in output, gradient and finite differences."""
    from xai_core.models.conversion.verify import sample_inputs
    from xai_core.models.tensorflow.before import widened
    from xai_core.models.tensorflow.cause import cause_of
    from xai_core.models.tensorflow.conversion import converter, to_torch
    from xai_core.models.tensorflow.module import TensorFlowModule

    wide = widened(source)
    own = TensorFlowModule(wide.source, wide.ends).eval()
    inputs = sample_inputs(shape)
    missing = cause_of(source, own, inputs)
    if missing is not None:
        return Proven(own, False, None, (missing,))
    try:
        module = to_torch(source, patience)
        finding, late = _compared(module, own, source, inputs, patience)
    except XaiError as error:
        finding, late = _unproven(error.message), error.code == LATE
    if finding.severity != "info":
        more = (out_of_time(TOO_SLOW, patience, "warning"),) if late else ()
        return Proven(own, False, None, (finding, *more))
    names, versions = converter()
    return Proven(module, True, f"{names} {versions}", (finding,))


def _compared(
    module: nn.Module, own: nn.Module, source: Source, inputs: Inputs, patience: float
) -> tuple[Finding, bool]:
    """`converted-verified`, or a warning: TensorFlow's gradient is there all the same.

    And whether it was time that ran out.
    """
    import torch

    from xai_core.models.conversion.same_gradient import compare
    from xai_core.models.conversion.verify import TIME_LIMIT, verify
    from xai_core.models.tensorflow.conversion import converter

    likeness = compare(module, own, torch.from_numpy(inputs))
    if not likeness.samples:
        return _unproven(f"The conversion differs from TensorFlow: {likeness.why_not}"), False
    if not likeness.gradient_error <= TAPE_TOLERANCE:
        distance = f"{likeness.gradient_error:.2g} of its length"
        return _unproven(f"Its gradient differs from GradientTape's by {distance}."), False
    names, versions = converter()
    certificate: Certificate = verify(
        module,
        source.predict,
        inputs,
        converter=names,
        version=versions,
        time_limit=TIME_LIMIT * patience,
    )
    if not certificate.passed:
        why = certificate.why_not or "The conversion was not proven."
        return _unproven(why), certificate.late
    found = findings_of(certificate)
    tape = f" Distance to GradientTape's gradient: {likeness.gradient_error:.2g} of its length."
    return Finding(found.code, found.severity, found.message + tape, found.hint), False


def _unproven(why: str) -> Finding:
    return Finding(
        "converted-unverified",
        "warning",
        f"Not converted to torch: {why.rstrip('.')}. {OWN_GRADIENT}",
        "Methods that need only the input's gradient are right; for the others load the original.",
    )
