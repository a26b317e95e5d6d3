"""It runs: on the given or an inferred input, with an output that can be understood."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from xai_core.base.errors import ModelError
from xai_core.readiness.checks.base import CHECKS, Case, Check, TimeUp

if TYPE_CHECKING:
    from torch import Tensor

FITS = "It does run on {} (channels × height × width): prepare the input that way."


@CHECKS.register
class Forward(Check):
    """Finds inputs that the model takes, the entry of its output that is a score, and whether
    the scores are finite.
    """

    name = "forward"
    order = 10
    basic = True

    def run(self, case: Case) -> None:
        from xai_core.readiness.setting.boxes import with_boxes
        from xai_core.readiness.setting.entry import understand

        outputs = _given(case) if case.given else _inferred(case)
        if not outputs:
            case.stopped = True
            return
        outputs = with_boxes(case, outputs, partial(_output, case))
        understand(case, outputs[0])
        if case.score is not None:
            _finite(case, outputs)


def _given(case: Case) -> list[Any]:
    try:
        outputs = [_output(case, picture) for picture in case.given]
    except ModelError as error:
        _failed(case, error)
        return []
    case.inputs = list(case.given)
    return outputs + _more(case, case.given[0])


def _inferred(case: Case) -> list[Any]:
    search = _Search(case)
    try:
        shape = search.found()
    except TimeUp:
        shape = None
        if search.doubtful is None:
            raise
    ran = search.ran.get(shape) if shape else search.doubtful
    if ran is None:
        _failed(case, search.errors[0], fitting=None)
        return []
    picture, output = ran
    case.inputs = [picture]
    case.evidence["input_inferred"] = case.spec is None or shape != case.spec.shape
    return [output, *_more(case, picture)]


class _Search:
    """For a shape that the model takes.

    Attributes:
        errors: what it said against others. ran: an input and its output, by shape. doubtful: one
            that ran, though its scores do not look like those of one picture.
    """

    def __init__(self, case: Case) -> None:
        self.errors: list[ModelError] = []
        self.ran: dict[tuple[int, int, int], tuple[Tensor, Any]] = {}
        self.doubtful: tuple[Tensor, Any] | None = None
        self._case = case

    def found(self) -> tuple[int, int, int] | None:
        """Raises `TimeUp`."""
        from xai_core.readiness.setting.sizes import first_fit

        return first_fit(self._attempt, _shapes(self._case))

    def _attempt(self, shape: tuple[int, int, int]) -> str | None:
        from xai_core.base.device import device_of
        from xai_core.readiness.setting.one_sample import check_one
        from xai_core.readiness.setting.pictures import UNIT, synthetic

        if self.errors:
            self._case.clock.look()
        output: Any = None
        for picture in synthetic(shape, device_of(self._case.module))[::UNIT]:
            try:
                output = _output(self._case, picture)
                check_one(output)
            except ModelError as error:
                self.errors.append(error)
                if output is not None:
                    self.doubtful = self.doubtful or (picture, output)
                continue
            self.ran[shape] = (picture, output)
            return None
        return str(self.errors[-1].__cause__ or self.errors[-1])


def _shapes(case: Case) -> Iterator[tuple[int, int, int]]:
    from xai_core.readiness.setting.shapes import candidates

    if case.spec is not None:
        yield case.spec.shape
    yield from candidates(case.module)


def _more(case: Case, like: Tensor) -> list[Any]:
    """Outputs of a few other inputs, so that nothing is concluded from a single one."""
    from xai_core.readiness.setting.pictures import COUNT, synthetic

    outputs = []
    _, channels, height, width = like.shape
    for picture in synthetic((channels, height, width), like.device)[::-1]:
        if len(case.inputs) >= COUNT or any(picture.equal(other) for other in case.inputs):
            continue
        try:
            outputs.append(_output(case, picture))
        except ModelError:  # it ran on the first: that is what counts
            continue
        case.inputs.append(picture)
    return outputs


def _output(case: Case, picture: Tensor) -> Any:
    import torch

    from xai_core.attribution.forward import run
    from xai_core.attribution.passes.lineage import observed
    from xai_core.readiness.setting.score import same_draws

    with torch.no_grad(), same_draws(), case.timed("seconds_per_forward"):
        return run(observed(case.module), picture)


def _failed(case: Case, error: ModelError, fitting: str | None = "") -> None:
    from xai_core.readiness.setting.ranks import volumes

    message, hint = error.message, error.hint
    if (other := volumes(case.module, message)) is not None:
        message, hint = f"{other.message} {message}", other.hint
    elif fitting is None:
        hint = "No usual input shape fits. Give an input of the shape that it was trained on."
    elif (shape := _other_shape(case)) is not None:
        hint = FITS.format(" × ".join(map(str, shape)))
        case.evidence["fitting_shape"] = [1, *shape]
    case.add("forward-failed", "error", message, hint)


def _other_shape(case: Case) -> tuple[int, int, int] | None:
    try:
        return _Search(case).found()
    except TimeUp:  # that it fails is known; what would run is only a hint
        return None


def _is_finite(case: Case, output: Any) -> bool:
    """The score is a number, and nothing beside it is undefined; masked classes may be -inf."""
    from xai_core.targets.outputs import entry_at

    if case.score is None or bool(entry_at(output, case.score.path).isnan().any()):
        return False
    return bool(case.score.of_output(output).isfinite())


def _finite(case: Case, outputs: list[Any]) -> None:
    from xai_core.targets.outputs import entry_at

    good = [_is_finite(case, output) for output in outputs]
    case.finite = any(good)
    seen = zip(outputs, good, strict=True)
    path = "" if case.score is None else case.score.path
    case.outputs = [entry_at(output, path).clone() for output, fine in seen if fine]
    if all(good):
        return
    case.add(
        "non-finite-output",
        "warning" if case.finite else "error",
        f"The output has infinite or undefined values on {good.count(False)} of {len(good)} "
        "inputs.",
        "Look for overflow, a logarithm or a division by zero in forward, and for NaN weights.",
    )
    if not case.finite:
        return
    case.inputs = [picture for picture, fine in zip(case.inputs, good, strict=True) if fine]
