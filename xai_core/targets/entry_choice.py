"""Which entry of a nested output holds the scores: by its name, its shape, and what it feeds.

The order of the entries decides only between entries for which nothing else speaks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

LOGITS, CLASS, PREDICTION, PLAIN = 9.0, 7.0, 5.0, 3.0
FOR = {
    "logit": LOGITS,
    **dict.fromkeys(("class", "cls", "score", "prob", "kind", "label", "categor"), CLASS),
    **dict.fromkeys(("pred", "diagnos"), PREDICTION),
}
"""How much the beginning of a word says for scores."""
WHOLE = dict.fromkeys(("out", "output", "outputs", "y", "result", "main", "final"), PLAIN)
FEATURES = ("embed", "emb", "feat", "hidden", "latent", "descriptor", "token", "pool", "represent")
OTHERS = ("aux", "loss", "atten", "attn", "state", "past", "cache", "logvar")
SHAPES = ("mask", "box", "bbox")
AGAINST = {**dict.fromkeys((*FEATURES, *OTHERS), -12.0), **dict.fromkeys(SHAPES, -6.0)}
FEEDS, AGREES, DEEPER = -8.0, 6.0, -1.5
NAME = re.compile(r"\['(.*?)'\]|\[\"(.*?)\"\]|\.(\w+)")
STEP = re.compile(r"\[.*?\]|\.\w+")
CLOSE = 2.0  # a lead of less than that is none


@dataclass(frozen=True)
class Entry:
    """A floating-point tensor of an output.

    Attributes:
        path: as in `OutputForm`. shape: batch included.
        feeds: another entry is computed from it by layers, as class scores are from features.
    """

    path: str
    shape: tuple[int, ...]
    feeds: bool = False


@dataclass(frozen=True)
class Choice:
    """The entry that is taken; doubt: why it may be the wrong one, in a sentence, else empty."""

    path: str
    doubt: str = ""


def choose(found: Sequence[Entry], labels: int | None = None) -> Choice:
    """The entry that holds the scores.

    Args:
        found: at least one. labels: how many names of classes are known.
    """
    weights = [weight(entry, labels) for entry in found]
    best = max(range(len(found)), key=lambda index: (weights[index], -index))
    taken = found[best]
    rivals = [
        other
        for other, its in zip(found, weights, strict=True)
        if other.shape[1:] != taken.shape[1:] and weights[best] - its < CLOSE
    ]
    return Choice(taken.path, _doubt(taken, rivals))


def weight(entry: Entry, labels: int | None = None) -> float:
    """How much speaks for an entry; below 0 more speaks against it."""
    total = _named(entry.path) + _shaped(entry.shape) + FEEDS * entry.feeds
    total += DEEPER * max(0, len(STEP.findall(entry.path)) - 1)
    agrees = labels is not None and labels > 1 and labels in entry.shape[1:2]
    return total + AGREES * agrees


def words_of(path: str) -> list[list[str]]:
    """The words of each named step, in lower case: `['pred_logits']` are `pred`, `logits`."""
    steps = NAME.findall(path) or [(path, "", "")]
    return [
        [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", "".join(step))]
        for step in steps
    ]


def _named(path: str) -> float:
    steps = words_of(path)
    against = min((_against(word) for step in steps for word in step), default=0.0)
    return against or max((_speaks(word) for step in steps[-1:] for word in step), default=0.0)


def _against(word: str) -> float:
    return min((by for stem, by in AGAINST.items() if word.startswith(stem)), default=0.0)


def _speaks(word: str) -> float:
    return max(
        (by for stem, by in FOR.items() if word.startswith(stem)), default=WHOLE.get(word, 0)
    )


def _shaped(shape: tuple[int, ...]) -> float:
    if not shape:
        return -6.0  # a loss, a temperature
    if len(shape) == 2 and shape[1] > 1:
        return 2.0
    return 1.0 if len(shape) in (1, 2, 4) else 0.0


def _doubt(taken: Entry, rivals: Sequence[Entry]) -> str:
    words = {word for step in words_of(taken.path) for word in step}
    if any(word.startswith((*FEATURES, *OTHERS)) for word in words):
        return "Its name is not one of class scores."
    if taken.feeds:
        return "Another entry is computed from it, as class scores are from features."
    if not rivals:
        return ""
    told = ", ".join(f"output{one.path} {list(one.shape)}" for one in rivals)
    return f"Neither name nor shape sets it apart from {told}."
