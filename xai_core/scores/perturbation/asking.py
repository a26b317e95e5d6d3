"""Many pictures through a model, as many at once as it takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.attribution.context import Context
from xai_core.attribution.meter import Meter
from xai_core.attribution.passes.folding import WORTH
from xai_core.base.arrays import Scores
from xai_core.base.pace import Pace
from xai_core.base.target import DEFAULT
from xai_core.scores.case import Picture
from xai_core.targets.outputs import are_probabilities, entry_at, predict, score_matrix
from xai_core.targets.prediction import Prediction

if TYPE_CHECKING:
    from torch import Tensor


class Asked:
    """The target's score of pictures that are like that of a context, which has one.

    Args:
        pace: its batch size is how many at once, at most; a model that takes one at a time gets
            one. Autocast is left out: it rounds small differences away.
        expected: how many there will be. Where they are many, layers are folded.
    """

    def __init__(self, context: Context, meter: Meter, pace: Pace, expected: int = 1) -> None:
        self._context, self._meter, self._pace = context, meter, pace
        self._folding = context.folding() if expected >= WORTH else None
        self._explained = context.explained[0]

    @cached_property
    def clean(self) -> Prediction:
        """Of the picture itself."""
        path = self._explained.chosen.get("path", "")
        found = predict(self._context.output(0), 1, path=path)
        self._meter.advance(1)
        return found

    def counted(self) -> int:
        """How many scores the model gives."""
        return int(self.clean.scores.shape[1])

    def settle(self) -> None:
        """Nobody asked for the clean picture: its sample counts as made."""
        if "clean" not in vars(self):
            self._meter.advance(1)

    def probabilities(self, pictures: Iterable[Picture]) -> Scores:
        """Of a class of a classifier its probability, of any other target its score as it is."""
        explained = self._explained
        if explained.target.kind != DEFAULT or explained.index is None:
            return self.scores(pictures)
        path, index = explained.chosen.get("path", ""), explained.index
        shares = are_probabilities(self.clean.scores, self.clean.ends_in)

        def of(output: Any, count: int) -> Tensor:
            scores = score_matrix(entry_at(output, path), count).double()
            found: Tensor = (scores if shares else scores.softmax(1))[:, index]
            return found

        return self._asked(pictures, of)

    def scores(self, pictures: Iterable[Picture]) -> Scores:
        """The score that is explained, as it is."""
        return self._asked(pictures, self._context.scores[0])

    def _asked(self, pictures: Iterable[Picture], of: Any) -> Scores:
        import torch

        from xai_core.attribution.forward import run, tensor_of
        from xai_core.attribution.passes.final_activation import shown

        module = self._context.module
        call = shown(module, self._context.scores[0].before)
        if self._folding is not None:
            call = partial(self._folding.run, call)
        found = [np.empty(0)]
        for chunk in _chunks(pictures, self._context.at_once(self._pace.batch_size)):
            with torch.no_grad(), self._pace.kept():
                given = self._pace.laid_out(tensor_of(np.stack(chunk), module))
                scores = of(run(call, given), len(chunk))
            found.append(scores.double().cpu().numpy().reshape(len(chunk)))
            self._meter.advance(len(chunk))
        return np.concatenate(found)


def _chunks(pictures: Iterable[Picture], size: int) -> Iterator[list[Picture]]:
    left = iter(pictures)
    while chunk := list(islice(left, size)):
        yield chunk
