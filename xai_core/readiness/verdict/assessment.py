"""Runs the checks on a model and puts the verdict together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.methods.base import METHODS
from xai_core.base.arrays import Inputs
from xai_core.base.errors import InputError, XaiError
from xai_core.base.finding import Finding
from xai_core.base.progress import Progress
from xai_core.readiness.checks.base import CHECKS, Case, Clock, TimeUp
from xai_core.readiness.result import Availability, Verdict
from xai_core.readiness.setting.pristine import pristine
from xai_core.readiness.verdict.level import level_of, summary_of

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from xai_core.base.loaded_model import LoadedModel
    from xai_core.base.target import Asked

CAUSES = ("detach", "non-differentiable-op")
PICTURES = 4  # of a larger batch only the first few are looked at


def judge(
    model: LoadedModel | nn.Module,
    inputs: Inputs | None,
    target: Asked,
    progress: Progress | None,
    time_limit: float,
) -> Verdict:
    """See `xai_core.readiness.assess`."""
    case = _case(model, inputs, target, Clock(time_limit))
    with pristine(case.module), _plain_torch():
        _run(case, progress)
    return _verdict(model, case)


def _run(case: Case, progress: Progress | None) -> None:
    checks = list(CHECKS)
    for done, check in enumerate(checks):
        if progress is not None:
            progress(done, len(checks))
        if case.stopped:
            break
        try:
            case.clock.look()
            check.run(case)
        except TimeUp:
            _out_of_time(case, check.name)
            break
        except XaiError:
            raise
        except Exception as error:  # a model may raise anything, and the rest can still be told
            _check_failed(case, check.name, error)
    if progress is not None:
        progress(len(checks), len(checks))


def _check_failed(case: Case, name: str, error: Exception) -> None:
    proven = case.proven or case.symptom is not None
    case.add(
        "check-failed",
        "warning" if proven else "error",
        f"The check {name!r} could not be finished: {type(error).__name__}: {error}",
        "What it would have established counts as unproven.",
    )


def _out_of_time(case: Case, name: str) -> None:
    proven = case.proven or case.symptom is not None
    case.add(
        "time-limit",
        "warning" if proven else "error",
        f"The limit of {case.clock.limit:g} s passed in the check {name!r}"
        + ("." if proven else ", before the gradient was proven."),
        "Give it more time, or a smaller input.",
    )


@contextmanager
def _plain_torch() -> Iterator[None]:
    """Gradients on, whatever the caller's context; random states left alone."""
    import torch

    from xai_core.readiness.setting.score import same_draws

    with torch.inference_mode(False), torch.enable_grad(), same_draws():
        yield


def _case(
    model: LoadedModel | nn.Module,
    inputs: Inputs | None,
    target: Asked,
    clock: Clock,
) -> Case:
    from torch import nn

    from xai_core.base.device import device_of

    if isinstance(model, nn.Module):
        given = _tensors(inputs, device_of(model))
        return Case(model, clock, given=given, target=target)
    module = model.module or _predictor(model)
    return Case(
        module,
        clock,
        spec=model.input_spec,
        predicts_only=model.module is None,
        readable=model.layers_readable,
        explained=any(one.severity == "error" and one.code in CAUSES for one in model.findings),
        given=_tensors(inputs, device_of(module)),
        target=target,
        names=model.labels,
    )


def _predictor(model: LoadedModel) -> nn.Module:
    from torch import nn

    from xai_core.attribution.predictor import PredictorModule

    return nn.Identity() if model.reference is None else PredictorModule(model.reference)


def _tensors(inputs: Inputs | None, device: torch.device) -> list[Tensor]:
    import torch

    if inputs is None:
        return []
    array = np.asarray(inputs, dtype=np.float32)
    if array.ndim != 4 or 0 in array.shape:
        raise InputError(
            f"Inputs must be [batch, channels, height, width], not {list(array.shape)}.",
            "Add a batch axis with inputs[None].",
        )
    if not np.isfinite(array).all():
        raise InputError("The input has values that are not finite.", "Check the preprocessing.")
    return [torch.from_numpy(one[None].copy()).to(device) for one in array[:PICTURES]]


def _verdict(model: LoadedModel | nn.Module, case: Case) -> Verdict:
    from torch import nn

    loaded = None if isinstance(model, nn.Module) else model
    findings = (*(loaded.findings if loaded else ()), *case.findings)
    level = level_of(findings)
    return Verdict(
        file=loaded.path.name if loaded else type(case.module).__name__,
        sha256=loaded.sha256 if loaded else "",
        format=loaded.format if loaded else "torch-eager",
        level=level,
        summary=summary_of(level, findings),
        findings=findings,
        input_shape=tuple(case.inputs[0].shape) if case.inputs else None,
        output_shape=case.output_shape,
        evidence=case.evidence,
        methods=_matrix(_capabilities(case, findings)),
    )


def _matrix(capabilities: Capabilities) -> dict[str, Availability]:
    reasons = {method.name: method.unavailable_because(capabilities) for method in METHODS}
    return {name: Availability(reason is None, reason) for name, reason in reasons.items()}


def _capabilities(case: Case, findings: tuple[Finding, ...]) -> Capabilities:
    readable = case.readable and not case.predicts_only
    return Capabilities(
        predicts=case.finite and not case.stopped,
        input_gradient=case.gradient is not None,
        rectifiers=sum(case.rectifiers.values()) if readable else 0,
        float_parameters=case.evidence.get("float_parameters", 0),
        layers=tuple(case.layers) if readable else (),
        output_shape=case.output_shape,
        why_no_gradient=next((one.message for one in findings if one.severity == "error"), None),
    )
