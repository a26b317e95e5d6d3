"""Which entry of an output is assessed, and as what score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_core.base.errors import InputError, ModelError
from xai_core.base.finding import Finding
from xai_core.readiness.checks.base import Case

if TYPE_CHECKING:
    from xai_core.readiness.setting.score import Score
    from xai_core.targets.entry_choice import Choice

EMBEDDING = "For an embedding choose the target similarity, or an entry of the output."


def understand(case: Case, output: Any) -> None:
    """Find the entry, and the score that is explained, in the output of the first input."""
    from xai_core.targets.marks import mark_of
    from xai_core.targets.outputs import choice_of, entry_at, output_kind

    try:
        choice = choice_of(output, case.labels)
        tensor = entry_at(output, choice.path)
        score = _score(case, output, choice.path)
    except ModelError as error:
        case.symptom = "no-gradient"
        case.add(error.code, "error", error.message, error.hint)
        return
    case.score = score
    case.output_shape, case.ends_in = tuple(tensor.shape), mark_of(tensor).ends_in
    case.evidence |= {"output_kind": output_kind(tensor), "target": score.target}
    if score.fixed is not None:
        case.evidence["explained"] = score.fixed.explained.sentence
    elif choice.path or choice.doubt:
        _tell_entry(case, output, choice)


def _tell_entry(case: Case, output: Any, choice: Choice) -> None:
    from xai_core.targets import entries

    shapes = {entry: list(tensor.shape) for entry, tensor in entries(output)}
    case.evidence |= {"output_entry": choice.path, "output_entries": shapes}
    others = ", ".join(entry for entry in shapes if entry != choice.path)
    hint = f"Another one can be chosen (`--output`): {others}." if others else ""
    told = f"Of the nested output, output{choice.path} is explained."
    case.add("output-entry", "info", told, hint)
    if choice.doubt:
        case.findings.insert(0, _doubted(choice, hint))


def _doubted(choice: Choice, hint: str) -> Finding:
    told = f"output{choice.path} may be no class scores, although it is explained as such. "
    return Finding("doubtful-entry", "warning", told + choice.doubt, hint or EMBEDDING)


def _score(case: Case, output: Any, path: str) -> Score:
    """The caller's target, fixed on the first input.

    Raises:
        InputError: it does not fit the output. ModelError: it leaves the graph.
    """
    from xai_core.readiness.setting.score import Score
    from xai_core.targets import resolve_target, score_matrix
    from xai_core.targets.marks import activation_of, mark_of
    from xai_core.targets.outputs import entry_at
    from xai_core.targets.resolution import fixed, resolve, usual

    asked = case.target
    _, _, height, width = case.inputs[0].shape
    if asked is None:
        asked = usual(output, (height, width), case.labels)
    if asked is None or isinstance(asked, int):
        tensor = entry_at(output, path)
        column = resolve_target(score_matrix(tensor.detach(), 1), asked)[0]
        return Score(path, column, activation=activation_of(mark_of(tensor).ends_in))
    try:
        explained = resolve(asked, output, (height, width), case.names)
    except InputError as error:
        if case.target is not None:
            raise
        raise ModelError(error.message, error.hint, code="forward-failed") from error
    return Score(path, explained.index, fixed(explained))
