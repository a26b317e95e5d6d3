"""One batch of pictures by all methods: the pass of the pictures as they are is shared."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_core.attribution.batches.clean_pass import BatchPass
from xai_core.attribution.batches.order import Found, Order, Refused, Tally
from xai_core.attribution.batches.separate import Resolve, Shown
from xai_core.attribution.context import Context
from xai_core.attribution.emptiness import noted
from xai_core.attribution.explanation import checked, explain_on
from xai_core.attribution.forward import module_of
from xai_core.attribution.meter import Meter
from xai_core.attribution.methods.base import METHODS, RawMap, Task
from xai_core.attribution.passes.folding import WORTH
from xai_core.attribution.result import Attribution
from xai_core.attribution.scorer import Scorer
from xai_core.base.errors import Cancelled, MethodError, ModelError
from xai_core.base.memory import ran_out
from xai_core.base.target import Explained
from xai_core.targets.resolution import FixedScore, fixed
from xai_core.targets.several import Scores, of_picture

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.attribution.passes.folding import Folding
    from xai_core.base.loaded_model import LoadedModel


@dataclass(frozen=True)
class Batch:
    """Pictures `[B, C, H, W]`, more than one of them only where the model is shown to be separate.

    Attributes:
        module: what is run, borrowed. first: finds what can be folded, for all pictures.
    """

    model: LoadedModel | nn.Module
    module: nn.Module
    pictures: Tensor
    order: Order
    shown: Shown
    resolve: Resolve
    first: Context
    tally: Tally

    def explained(self) -> list[Found]:
        """What the methods give for each picture.

        Raises:
            XaiError: the model fails, or cancelled. What a method refuses is no error.
        """
        targets = self._targets
        found: list[dict[str, Attribution | Refused]] = [{} for _ in targets]
        for name in self.order.settings:
            self.tally(0, 0)
            for maps, one in zip(found, self._of_method(name), strict=True):
                maps[name] = one
            self.tally.over(self.order.samples[name] * len(targets))
        return list(found)

    def _of_method(self, name: str) -> list[Attribution | Refused]:
        try:
            module_of(self.model, needs_gradient=METHODS[name].needs_gradient)
        except MethodError as error:
            return [Refused(one.index, str(error)) for one in self._targets]
        several = len(self.pictures) > 1 and self.order.takes_several(name)
        if several or self.order.shares(name):
            try:
                return self._together(name)
            except Cancelled:
                raise
            except Exception as error:  # what it is, each picture alone will say
                if ran_out(error):
                    raise
        return [self._alone(name, row) for row in range(len(self.pictures))]

    def _together(self, name: str) -> list[Attribution | Refused]:
        plugin, settings, start = METHODS[name], self.order.settings[name], time.perf_counter()
        pace = replace(self.order.pace, autocast=False)
        samples = self.order.samples[name] * len(self.pictures)
        folding = self._folding() if self.order.samples[name] >= WORTH else None
        how: dict[str, Any] = {"folding": folding, "pace": pace, "clean": self._clean}
        scorer = Scorer(self.module, self._score, Meter(samples, self.tally), **how)
        size = pace.batch_size
        if not self.shown.separate:
            size = self._contexts[0].at_once(min(size, self.order.samples[name]))
        how = {"seed": self.order.seed, "batch_size": size, "span": self.first.span}
        raws = plugin.attribute_each(Task(scorer, self.pictures, settings, **how))
        if len(raws) != len(self.pictures):
            raise MethodError(f"{plugin.title} gave {len(raws)} maps of {len(self.pictures)}.")
        values = [checked(plugin, raw, self.pictures) for raw in raws]
        seconds = (time.perf_counter() - start) / len(raws)
        return [self._attribution(name, row, raw, seconds) for row, raw in enumerate(values)]

    def _attribution(self, name: str, row: int, raw: RawMap, seconds: float) -> Attribution:
        target, settings = self._targets[row], self.order.settings[name]
        chosen = noted(raw.values, raw.chosen, lambda: self._output(row), target)
        height, width = self.pictures.shape[2:]
        return Attribution(
            values=np.ascontiguousarray(raw.values.detach().float().cpu().numpy()),
            method=name,
            parameters=asdict(settings),
            seed=self.order.seed,
            target=(target.index,),
            native_size=raw.native_size or (height, width),
            seconds=seconds + self._share,
            signed=METHODS[name].is_signed(settings),
            chosen=chosen,
            explained=(target,),
            pace=replace(self.order.pace, autocast=False),
        )

    def _alone(self, name: str, row: int) -> Attribution | Refused:
        given: Mapping[str, Any] = self.order.given[name]
        how: dict[str, Any] = {"pace": self.order.pace_of(name), "progress": self.tally}
        try:
            return explain_on(self._contexts[row], name, self.order.seed, **how, **given)
        except MethodError as error:  # the others may still be defined for this picture
            if ran_out(error):  # which says nothing of the picture
                raise
            return Refused(self._targets[row].index, str(error))

    def _output(self, row: int) -> Any:
        if len(self.pictures) == 1:
            return self._clean.output
        return of_picture(self._clean.output, row, len(self.pictures))

    def _folding(self) -> Folding:
        return self.first.folding()

    @cached_property
    def _clean(self) -> BatchPass:
        proposed = self.shown.proposed
        layers = {
            name: self.shown.layers[name]
            for name in self.order.layers(proposed)
            if name in self.shown.layers and self.shown.layers[name].spatial
        }
        how: dict[str, Any] = {"graph": self.order.graph}
        return BatchPass(self.module, self.pictures, self.order.pace, layers, proposed, **how)

    @cached_property
    def _share(self) -> float:
        """Seconds of the shared pass that fall to each map."""
        return self._began[1] / (len(self.pictures) * len(self.order.settings))

    @cached_property
    def _began(self) -> tuple[tuple[Explained, ...], float]:
        start = time.perf_counter()
        rows = range(len(self.pictures))
        targets = tuple(self.resolve(self._output(row)) for row in rows)
        return targets, time.perf_counter() - start

    @property
    def _targets(self) -> tuple[Explained, ...]:
        return self._began[0]

    @cached_property
    def _score(self) -> FixedScore | Scores:
        each = tuple(map(fixed, self._targets))
        if len({one.before for one in each}) > 1:
            raise ModelError("The pictures' scores lie before different activations.")
        score = each[0] if len(each) == 1 else Scores(each)
        self._clean.explain(score)
        return score

    @cached_property
    def _contexts(self) -> list[Context]:
        inputs = self.pictures.detach().cpu().numpy()
        targets = enumerate(self._targets)
        return [Context(self.model, inputs[row : row + 1], one) for row, one in targets]
