"""Which of several sets of weights in a checkpoint is taken: the averaged one, as timm does.

timm/models/_helpers.py, `load_state_dict(use_ema=True)`: `state_dict_ema`, `model_ema`, then
`state_dict`, `model`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xai_core.base.errors import ModelError
from xai_core.base.finding import Finding
from xai_core.models.weights.state_dicts import COUNTER, StateDict

if TYPE_CHECKING:
    from torch import Tensor

AVERAGED = re.compile(r"(^|[_.])(\w*ema|swa|avg|average[d]?|teacher|shadow)\d?([_.]|$)", re.I)
STUDENT = re.compile(r"(^|[_.])student([_.]|$)", re.I)
BOOKKEEPING = {"n_averaged", "initted", "step", "num_updates", "decay", "updates"}
STATISTICS = ("running_mean", "running_var", COUNTER)
ENOUGH = 2  # tensors


@dataclass(frozen=True)
class Choice:
    """The sets of weights of a checkpoint, the preferred one first.

    Attributes:
        alternatives: entries that hold the same tensors with other values; empty for one set.
    """

    states: tuple[StateDict, ...]
    alternatives: tuple[str, ...] = ()


def chosen(states: Sequence[StateDict], wanted: str | None = None) -> Choice:
    """Averaged weights before those that they are an average of.

    Args:
        wanted: an entry (`state_dict_ema`), or the last part of its name.

    Raises:
        ModelError: `weights-chosen`, there is no such entry.
    """
    parts = [part for state in states for part in _parts(_plain(state))]
    completed = [_completed(state, parts) for state in parts]
    groups = _alike(completed)
    names = tuple(state.entry for state in groups.get(_form(completed[0]), []) if state.entry)
    if wanted is not None:
        return Choice(tuple(_asked(completed, wanted)), names if len(names) > 1 else ())
    alike = {id(x) for same in groups.values() if len(same) > 1 for x in same}
    students = [state for state in completed if STUDENT.search(state.entry)]

    def place(state: StateDict) -> int:
        if averaged(state.entry):
            # A teacher of another form taught the network by its outputs; it is not its average.
            return 0 if id(state) in alike else 2 if students else 1
        return 1

    order = sorted(completed, key=place)
    same = [state.entry for state in order if _form(state) == _form(order[0])]
    same += [state.entry for state in order if place(state) == 2]
    return Choice(tuple(order), tuple(same) if len(same) > 1 else ())


def averaged(entry: str) -> bool:
    """Whether a name says that its weights are an average over the training."""
    return bool(AVERAGED.search(entry))


def choice_finding(taken: str, alternatives: Sequence[str], asked: bool) -> tuple[Finding, ...]:
    """Which of several sets of weights was taken."""
    others = [name for name in alternatives if name != taken]
    if not others or taken not in alternatives:
        return ()
    why = "as chosen" if asked else "the average, as timm takes it" if averaged(taken) else "first"
    return (
        Finding(
            "weights-chosen",
            "info" if asked else "warning",
            f"The file holds {len(others) + 1} sets of weights for this network: "
            f"{', '.join(alternatives)}. {taken} was taken ({why}).",
            f"If you mean another one, choose it (`--weights {others[0]}`).",
        ),
    )


def _asked(states: Sequence[StateDict], wanted: str) -> list[StateDict]:
    found = [
        state
        for state in states
        if state.entry == wanted
        or state.entry.rpartition(".")[2] == wanted
        or f".{state.entry}.".find(f".{wanted}.") >= 0
    ]
    if not found:
        known = [state.entry for state in states if state.entry]
        raise ModelError(
            f"The file has no weights called {wanted!r}.",
            f"It has: {', '.join(known)}." if known else "It holds one set, without a name.",
            code="weights-chosen",
        )
    return found


def _plain(state: StateDict) -> StateDict:
    """Without the counters of an average, which no network has a place for."""
    kept = {n: t for n, t in state.tensors.items() if n.rpartition(".")[2] not in BOOKKEEPING}
    return replace(state, tensors=kept) if len(kept) < len(state.tensors) else state


def _parts(state: StateDict) -> list[StateDict]:
    """The network and its average apart, where one state dict holds both side by side."""
    below: dict[str, dict[str, Tensor]] = {}
    for name, tensor in state.tensors.items():
        top, _, inner = name.partition(".")
        below.setdefault(top, {})[inner] = tensor
    marked = [top for top in below if averaged(top) and len(below[top]) >= ENOUGH]
    twins = [
        (top, other)
        for top in marked
        for other in below
        if other not in marked and _form_of(below[other]) == _form_of(below[top])
    ]
    if not twins:
        return [state]
    lead = f"{state.entry}." if state.entry else ""
    gone = {top for top, _ in twins}
    rest = {n: t for n, t in state.tensors.items() if n.partition(".")[0] not in gone}
    average = {
        n.replace(top, other, 1): t
        for top, other in twins
        for n, t in state.tensors.items()
        if n.startswith(f"{top}.")
    }
    alone = {n: t for n, t in rest.items() if n.partition(".")[0] not in {o for _, o in twins}}
    own = twins[0][1]
    return [
        StateDict(f"{lead}{twins[0][0]}", {**alone, **average}),
        StateDict(f"{lead}{own}", rest),
    ]


def _completed(state: StateDict, states: Sequence[StateDict]) -> StateDict:
    """An average of the parameters alone, with the statistics of the network itself."""
    if not averaged(state.entry) or not state.tensors:
        return state
    for other in states:
        missing = other.tensors.keys() - state.tensors.keys()
        extra = state.tensors.keys() - other.tensors.keys()
        if other is not state and missing and not extra and _statistics(missing):
            return replace(
                state, tensors={n: state.tensors.get(n, t) for n, t in other.tensors.items()}
            )
    return state


def _statistics(names: set[str]) -> bool:
    return all(name.endswith(STATISTICS) for name in names)


def _alike(states: Sequence[StateDict]) -> dict[frozenset[object], list[StateDict]]:
    groups: dict[frozenset[object], list[StateDict]] = {}
    for state in states:
        groups.setdefault(_form(state), []).append(state)
    return groups


def _form(state: StateDict) -> frozenset[object]:
    return _form_of(state.tensors)


def _form_of(tensors: Mapping[str, Tensor]) -> frozenset[object]:
    """How many tensors of which last names and shapes; prefixes do not count."""
    named = (
        (name.rpartition(".")[2], tuple(tensor.shape))
        for name, tensor in tensors.items()
        if name.rpartition(".")[2] not in BOOKKEEPING and not name.endswith(COUNTER)
    )
    return frozenset(Counter(named).items())
