"""Whether a converted module is its source: the same outputs, and the gradient of the source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.base.arrays import Inputs
from xai_core.base.errors import XaiError
from xai_core.models.conversion.certificate import Certificate
from xai_core.models.conversion.compared_entry import main_entry, path_of

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.base.loaded_model import Predictor
    from xai_core.readiness.checks.base import Clock
    from xai_core.readiness.setting.score import Score

OUTPUT_TOLERANCE = 1e-3
GRADIENT_TOLERANCE = 0.1  # right conversions were at 0.03 at most, wrong ones at about 1
TARGETS = 3  # a saturated class says nothing: the next likely ones are asked
RESOLVED = 0.3  # share of a gradient that rounding may make up
TIME_LIMIT = 40.0


@dataclass
class _Tally:
    """What was measured so far; `why_not` ends it."""

    logit_error: float = float("inf")
    agreed: float = 0.0
    samples: int = 0
    errors: list[float] = field(default_factory=list)
    why_not: str | None = None


def verify(
    module: nn.Module,
    reference: Predictor,
    inputs: Inputs,
    *,
    converter: str,
    version: str,
    time_limit: float = TIME_LIMIT,
) -> Certificate:
    """The module against the predictor of its source runtime, with the same result at every call.

    Outputs are compared on every input; the module's gradient of the top class is held against
    finite differences of the **reference**, as its own would only say that it fits itself.

    Args:
        module: in eval mode; comes back as it was. reference: takes the same inputs.
        inputs: float32 `[B, C, H, W]`, run one at a time; without flat areas, which put
            rectifiers on their kinks (`sample_inputs` makes such). time_limit: in seconds.
    """
    from xai_core.attribution.predictor import PredictorModule
    from xai_core.base.borrow import borrowed

    tally = _Tally(samples=len(inputs))
    with borrowed(module):
        try:
            _measure(tally, module, PredictorModule(reference), inputs, time_limit)
        except XaiError as error:
            tally.why_not = error.message.splitlines()[0]
        except Exception as error:  # a converted graph raises nearly anything
            told = str(error).partition("\n")[0]
            tally.why_not = f"The converted model fails: {type(error).__name__}: {told}"
    return Certificate(
        logit_error=tally.logit_error,
        top1_agreement=tally.agreed,
        finite_difference_error=max(tally.errors, default=None),
        samples=tally.samples,
        converter=converter,
        version=version,
        passed=tally.why_not is None,
        why_not=tally.why_not,
    )


def sample_inputs(shape: tuple[int, int, int], scale: float = 1.0) -> Inputs:
    """float32 `[3, C, H, W]`, the same at every call: pictures of blobs and noise.

    Two have mean 0 and values of about `scale`, one lies in [0, scale].
    """
    import torch

    from xai_core.readiness.setting.pictures import synthetic

    pictures = torch.cat(synthetic(shape, torch.device("cpu")))
    return np.asarray(pictures.numpy() * np.float32(scale), dtype=np.float32)


def _measure(
    tally: _Tally, module: nn.Module, source: nn.Module, inputs: Inputs, time_limit: float
) -> None:
    import torch

    from xai_core.base.device import device_of
    from xai_core.readiness.checks.base import Clock, TimeUp

    clock, device = Clock(time_limit), device_of(module)
    points = [torch.from_numpy(one[None].copy()).to(device) for one in inputs]
    path = path_of(module, points[0])
    expected = [main_entry(source, at, path) for at in points]
    _outputs(tally, [main_entry(module, at, path) for at in points], expected)
    try:
        for at, output in zip(points, expected, strict=True):
            if tally.why_not is None:
                _gradient(tally, module, source, (at, path), output, clock)
    except TimeUp:
        if not tally.errors:
            tally.why_not = f"The limit of {clock.limit:g} s passed before it was proven."
    if tally.why_not is None and not tally.errors:
        tally.why_not = "The gradient could not be measured on the source runtime."


def _outputs(tally: _Tally, came: list[Tensor], expected: list[Tensor]) -> None:
    from xai_core.targets import score_matrix

    for ours, theirs in zip(came, expected, strict=True):
        if ours.shape != theirs.shape:
            shapes = f"{list(ours.shape)} instead of {list(theirs.shape)}"
            tally.why_not = f"The output has the shape {shapes}."
            return
    # Over all inputs: where a sigmoid is nearly 0, runtimes differ by as much as where it is 1.
    scale = max(float(output.abs().max()) for output in expected) or 1.0
    gaps = [float((o - t).abs().max()) / scale for o, t in zip(came, expected, strict=True)]
    tally.logit_error = max(gaps) if all(gap == gap for gap in gaps) else float("inf")
    agreed = 0
    for ours, theirs in zip(came, expected, strict=True):
        scores, top = score_matrix(theirs, 1)[0], int(score_matrix(ours, 1).argmax())
        agreed += float(scores[top]) >= float(scores.max()) - OUTPUT_TOLERANCE * scale
    tally.agreed = agreed / len(expected)
    if not tally.logit_error <= OUTPUT_TOLERANCE:
        tally.why_not = "The outputs differ."
    elif agreed < len(expected):
        tally.why_not = "The top class differs."


def _gradient(
    tally: _Tally,
    module: nn.Module,
    source: nn.Module,
    where: tuple[Tensor, str],
    output: Tensor,
    clock: Clock,
) -> None:
    from xai_core.models.conversion.differences import gradient_error
    from xai_core.readiness.setting.score import gradient

    at, path = where
    for score in _scores(output, path):

        def measured(x: Tensor, score: Score = score) -> float:
            return float(score.of_output(source(x)))

        value, found = gradient(module, score, at)
        if found is None:
            tally.why_not = "The gradient of the converted model does not reach the input."
            return
        if not bool(found.isfinite().all()) or not _resolved(module, score, at, found):
            continue
        noise = abs(float(value) - measured(at))
        error = gradient_error(measured, at, found, GRADIENT_TOLERANCE, clock, noise)
        if error is None:
            continue
        tally.errors.append(error)
        if error > GRADIENT_TOLERANCE:
            tally.why_not = "The gradient disagrees with the source runtime."
        return


def _scores(output: Tensor, path: str) -> Iterator[Score]:
    """The likely classes' scores, then a sum of all outputs that no softmax keeps constant."""
    import torch

    from xai_core.readiness.setting.score import Score
    from xai_core.targets import score_matrix
    from xai_core.targets.outputs import entry_at

    scores = score_matrix(output, 1)[0]
    for target in scores.topk(min(TARGETS, len(scores))).indices.tolist():
        yield Score(path, target)
    weights = torch.randn(output.shape, generator=torch.Generator().manual_seed(0))

    class Sum(Score):
        def of_output(self, output: Any) -> Tensor:
            tensor = entry_at(output, path)
            return (tensor * weights.to(tensor)).sum()

    yield Sum(path, None)


def _resolved(module: nn.Module, score: Score, at: Tensor, found: Tensor) -> bool:
    """Whether the gradient is there, and more than rounding: it stays when last digits change."""
    import torch

    from xai_core.readiness.setting.score import gradient

    noise = torch.randn(at.shape, generator=torch.Generator().manual_seed(0)).to(at)
    again = gradient(module, score, at * (1 + torch.finfo(at.dtype).eps * noise))[1]
    size = float(found.norm())
    return again is not None and size > 0 and float((again - found).norm()) < RESOLVED * size
