"""Where the gradient dies: the cause, the layer, and the user's own line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.readiness.checks.base import CHECKS, Case, Check

if TYPE_CHECKING:
    from xai_core.readiness.tracing.cuts import Cut
    from xai_core.readiness.tracing.influence import Weighed

MATTERS = 0.1  # share of the output, or of the missing slope, from which on a cut is a cause
EXPLAINS = 0.5  # share of the largest, for a second cause to be named
LIKELIEST = "No other input made the output move, so this is only the likeliest place."
TRACED = ("no-gradient", "zero-gradient", "gradient-mismatch")


@CHECKS.register
class Cause(Check):
    """Tries out every cut of the forward pass; only those that matter by numbers are errors."""

    name = "cause"
    order = 50

    def run(self, case: Case) -> None:
        if case.predicts_only or case.explained or case.symptom is None:
            return
        if case.symptom not in TRACED or "backward_error" in case.evidence:
            _in_backward(case)
            return
        try:
            weighed = _weighed(case)
        except ModelError:  # it ran before: it does not run when watched, so nothing is seen
            return
        causes, likeliest = _causes(weighed), _last(case, weighed)
        case.evidence["cuts"] = [_row(one) for one in weighed]
        position = _symptom_at(case)
        found = [_finding(case, one.first) for one in causes or likeliest]
        if likeliest and not causes:
            found = [replace(one, message=f"{one.message} {LIKELIEST}") for one in found]
        if not found:
            _unexplained(case, position)
            return
        _place_symptom(case, position, found[0])
        before = case.symptom != "gradient-mismatch"
        place = position if before else position + 1
        new = [one for one in found if one.code != case.findings[position].code or not one.where]
        case.findings[place:place] = new


def _in_backward(case: Case) -> None:
    """The operation whose backward pass fails, or gives infinite or undefined values."""
    from xai_core.readiness.tracing.advice import ADVICE
    from xai_core.readiness.tracing.backward import failing_line

    if "inplace operation" in case.evidence.get("backward_error", "") and _in_place(case):
        return
    place = failing_line(case.module, case.score, case.inputs[0]) if case.score else None
    if place is None:
        return
    position = _symptom_at(case)
    symptom = case.findings[position]
    text = f"In {place.where}, `{place.text}`"
    case.findings[position] = replace(
        symptom, message=f"{symptom.message} {text}.", where=place.where
    )
    if "not implemented" in case.evidence.get("backward_error", ""):
        advice = ADVICE["non-differentiable-op"]
        message = f"{text}: {advice.message.format(call='this operation')}."
        cause = Finding(advice.code, "error", message, advice.hint, place.where)
        case.findings.insert(position, cause)


def _in_place(case: Case) -> bool:
    """Name the change that spoilt the operation of which torch speaks, where it is found."""
    from xai_core.readiness.tracing.in_place import spoiling_change

    change = spoiling_change(case.module, case.score, case.inputs[0]) if case.score else None
    if change is None or change.place is None:
        return False
    position, place = _symptom_at(case), change.place
    message = (
        f"The backward pass fails: in {place.where}, `{place.text}` changes in place a tensor that "
        f"it needs. torch says: {case.evidence['backward_error']}"
    )
    case.findings[position] = replace(
        case.findings[position],
        message=message,
        hint=change.hint,
        where=place.where,
        layer=change.layer or None,
    )
    return True


def _weighed(case: Case) -> list[Weighed]:
    from xai_core.readiness.tracing.influence import finite_shares, slope_shares

    if case.suspect is not None and case.score is not None:
        module, at, direction, step = case.suspect
        line = (at, direction, step)
        return slope_shares(module, line, case.score, case.missing, case.clock)
    return finite_shares(case.module, case.inputs, case.clock)


def _causes(weighed: Sequence[Weighed]) -> list[Weighed]:
    """The groups that matter, in the order in which they happen; at most three.

    What is inside a custom backward has no graph, be it right or wrong: it is blamed only where
    the rest does not explain what is missing.
    """
    plain = [one for one in weighed if one.first.kind != "custom-backward"]
    custom = [one for one in weighed if one.first.kind == "custom-backward"]
    largest = max((one.share for one in plain), default=0.0)
    causes = [one for one in plain if one.share >= max(MATTERS, EXPLAINS * largest)]
    if sum(one.share for one in causes) < EXPLAINS:
        causes += custom[:1]
    return causes[:3]


def _last(case: Case, weighed: Sequence[Weighed]) -> list[Weighed]:
    """The last cut, for a score outside the graph that no input could be made to move."""
    return list(weighed[-1:]) if case.symptom == "no-gradient" else []


def _finding(case: Case, cut: Cut) -> Finding:
    from xai_core.readiness.tracing.advice import advice_on

    place, advice = cut.region or cut.place, advice_on(cut)
    where = place.where if place else None
    start = f"In {where}, `{place.text}`: " if place and place.text else ""
    message = advice.message if start else advice.message[:1].upper() + advice.message[1:]
    code = advice.code if cut.kind != "custom-backward" else case.symptom or advice.code
    return Finding(code, "error", f"{start}{message}.", advice.hint, where, cut.layer)


def _symptom_at(case: Case) -> int:
    codes = [finding.code for finding in case.findings]
    return codes.index(case.symptom) if case.symptom in codes else 0


def _place_symptom(case: Case, position: int, cause: Finding) -> None:
    symptom = case.findings[position]
    text, hint = symptom.message, symptom.hint
    if case.symptom == "gradient-mismatch":
        anyway = "" if cause.code == symptom.code else " If it is meant to be so, explain anyway."
        text, hint = f"{text} {cause.message}", f"{cause.hint}{anyway}"
    elif cause.code == symptom.code:
        text, hint = f"{text} {cause.message}", cause.hint
    case.findings[position] = replace(
        symptom, message=text, hint=hint, where=cause.where, layer=cause.layer
    )


def _unexplained(case: Case, position: int) -> None:
    """What else can be said: hooks that change gradients, dead units, a layer without gradient."""
    from xai_core.readiness.tracing.dead_units import silent
    from xai_core.readiness.tracing.hooks import gradient_hooks
    from xai_core.readiness.tracing.stops import stopping_layer

    symptom = case.findings[position]
    if case.symptom == "gradient-mismatch":
        found = gradient_hooks(case.module, case.inputs[0])
    elif case.symptom == "zero-gradient":
        found = silent(case.module, case.inputs)
    else:
        found = stopping_layer(case.module, case.inputs[0])
    if found is not None:
        case.findings[position] = replace(
            symptom,
            message=f"{symptom.message} {found.message}",
            hint=found.hint,
            where=found.where,
            layer=found.layer,
        )


def _row(one: Weighed) -> dict[str, object]:
    place = one.first.region or one.first.place
    return {
        "kind": one.first.kind,
        "call": one.first.call,
        "where": place.where if place else None,
        "line": place.text if place else None,
        "layer": one.first.layer,
        "share": one.share,
        "calls": len(one.cuts),
    }
