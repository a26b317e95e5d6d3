"""Runs the checks on a model and puts the verdict together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.forward import suit
from xai_core.attribution.layers.inner_output import ending_at
from xai_core.attribution.methods.base import METHODS
from xai_core.base.arrays import Inputs, checked_inputs
from xai_core.base.errors import XaiError
from xai_core.base.finding import Finding
from xai_core.base.progress import Progress
from xai_core.readiness.checks.base import CHECKS, Case, Clock, TimeUp
from xai_core.readiness.result import Availability, Verdict
from xai_core.readiness.setting.pristine import pristine
from xai_core.readiness.verdict.level import UNFINISHED, level_of, summary_of
from xai_core.readiness.verdict.unfinished import out_of_time, proof_so_far

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
    checks, late = list(CHECKS), None
    for done, check in enumerate(checks):
        if progress is not None:
            progress(done, len(checks))
            case.clock.tell = partial(progress, done, len(checks))
        if case.stopped or (late is not None and not case.inputs):
            break
        if late is not None and not check.basic:
            continue
        try:
            if not check.basic:
                case.clock.look()
            check.run(case)
        except TimeUp:
            late = late or check.name
        except XaiError:
            raise
        except Exception as error:  # a model may raise anything, and the rest can still be told
            _check_failed(case, check.name, error)
    if late is not None:
        _unfinished(case, late)
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


def _unfinished(case: Case, name: str) -> None:
    finding = out_of_time(case, name)
    case.findings.append(finding)
    if finding.severity == "error":
        case.evidence["proof"] = proof_so_far(case)


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
        return Case(ending_at(model, target), clock, given=given, target=target)
    module = model.module or _predictor(model)
    if inputs is not None:
        suit(module, np.shape(inputs)[1:])
    errors = {one.code for one in model.findings if one.severity == "error"}
    return Case(
        ending_at(module, target),
        clock,
        spec=model.input_spec,
        predicts_only=model.module is None,
        readable=model.layers_readable,
        explained=bool(errors & {*CAUSES}),
        unfinished=UNFINISHED in errors,
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
    array = checked_inputs(inputs)[:PICTURES]
    return [torch.from_numpy(one[None].copy()).to(device) for one in array]


def _verdict(model: LoadedModel | nn.Module, case: Case) -> Verdict:
    from torch import nn

    loaded = None if isinstance(model, nn.Module) else model
    findings = (*(loaded.findings if loaded else ()), *case.findings)
    level = level_of(findings)
    if loaded is not None and loaded.labels_assumed:
        case.evidence["labels_assumed"] = True
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
        member=loaded.member if loaded else "",
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
        explains_class=case.score is None or case.score.index is not None,
    )
