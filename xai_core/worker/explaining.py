"""What a `Worker` is asked about the open model's attributions."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from xai_core.attribution.batches.order import Found
from xai_core.attribution.batches.together import Together, apart
from xai_core.attribution.methods.base import METHODS
from xai_core.attribution.noise.rule import NoiseLevel, NoiseType
from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Inputs, checked_inputs
from xai_core.base.pace import Pace
from xai_core.base.progress import Progress
from xai_core.base.target import Asked, Explained, asked_to_json
from xai_core.pictures.backgrounds.files import completed
from xai_core.worker.connection import Connection


class Explaining:
    """The part of a worker that explains."""

    _connection: Connection

    def resolve(
        self, inputs: Inputs, target: Asked, *, cancel: threading.Event | None = None
    ) -> tuple[Explained, ...]:
        """A target fixed on every picture, as `explain` would fix it.

        Raises:
            InputError: it does not fit the open model. ModelError: it leaves the graph.
        """
        batch, params = checked_inputs(inputs), {"target": asked_to_json(target)}
        call: dict[str, Any] = {"cancel": cancel, "model": True}
        found = self._connection.ask(tuple[Explained, ...], "resolve", params, (batch,), **call)
        if len(found) != len(batch):
            self._connection.distrust(f"{len(found)} targets for {len(batch)} inputs")
        return found

    def explain(
        self,
        inputs: Inputs,
        target: Asked,
        method: str,
        seed: int = 0,
        parameters: Mapping[str, Any] | None = None,
        *,
        randomised: bool = False,
        pace: Pace | None = None,
        progress: Progress | None = None,
        cancel: threading.Event | None = None,
        time_limit: float | None = None,
    ) -> Attribution:
        """Raw attributions of the open model, as `xai_core.explain` gives them.

        Args:
            randomised: while most of the model's weights are random; it has its own back then.
            pace: None runs the model in the plain way.
            progress: called in this thread, at most about 20 times a second. One that is a
                `Watcher` sees the map about twice a second while a noise method samples.
            cancel: set it from any thread to stop; the model stays open.

        Raises:
            Cancelled: `cancel` was set.
            MethodError: it has no weights that could be random (`no-float-parameters`).
        """
        call: dict[str, Any] = {"progress": progress, "cancel": cancel, "limit": time_limit}
        asked = {
            "target": asked_to_json(target),
            "method": method,
            "seed": seed,
            "parameters": completed(METHODS[method].Parameters, parameters or {}),
            "pace": pace or Pace(),
        }
        operation = "explain_randomised" if randomised else "explain"
        return self._attribution(operation, inputs, asked, call)

    def explain_many(
        self,
        inputs: Inputs,
        methods: Mapping[str, Mapping[str, Any]],
        target: Asked = None,
        seed: int = 0,
        *,
        pace: Pace | None = None,
        progress: Progress | None = None,
        cancel: threading.Event | None = None,
        time_limit: float | None = None,
    ) -> tuple[Found, ...]:
        """What several methods give for each of several pictures, as `Batches.explain` says.

        Args:
            methods: parameters by name, at most 16. time_limit: seconds; None allows each map what
                a call may take.
        """
        batch = checked_inputs(inputs)
        call: dict[str, Any] = {"progress": progress, "cancel": cancel, "model": True}
        call["limit"] = time_limit or self._connection.time_limit * len(batch) * len(methods)
        params = {
            "methods": {
                name: completed(METHODS[name].Parameters, given) for name, given in methods.items()
            },
            "target": asked_to_json(target),
            "seed": seed,
            "pace": pace or Pace(),
            "memory": self._connection.budget.memory,
        }
        found = self._connection.ask(tuple[Together, ...], "explain_many", params, (batch,), **call)
        if [(one.method, one.seed) for one in found] != [(name, seed) for name in methods]:
            self._connection.distrust("attributions of other methods or seeds")
        try:
            return apart(found, len(batch))
        except ValueError as wrong:
            self._connection.distrust(str(wrong))

    def pace(self, inputs: Inputs, *, cancel: threading.Event | None = None) -> Pace:
        """The pace that suits the open model for pictures like `inputs` `[1, C, H, W]`.

        Takes as long as about 130 samples, and stays within what the process may take.
        """
        call: dict[str, Any] = {"cancel": cancel, "model": True}
        params = {"memory": self._connection.budget.memory}
        return self._connection.ask(Pace, "pace", params, (checked_inputs(inputs),), **call)

    def _attribution(
        self, operation: str, inputs: Inputs, params: dict[str, Any], call: dict[str, Any]
    ) -> Attribution:
        batch = checked_inputs(inputs)
        call |= {"model": True, "preview": batch.shape[2:]}
        result = self._connection.ask(Attribution, operation, params, (batch,), **call)
        got, asked = result.values.shape, batch.shape
        counts = {len(result.target), len(result.explained)}
        if (got[0], *got[2:]) != (asked[0], *asked[2:]) or {asked[0]} != counts:
            self._connection.distrust(f"attributions of shape {got} for inputs of shape {asked}")
        if (result.method, result.seed) != (params["method"], params["seed"]):
            self._connection.distrust("attributions of another method or seed")
        return result

    def noise_level(
        self,
        inputs: Inputs,
        classes: Sequence[int] | None = None,
        noise_type: NoiseType = "multiplicative",
        seed: int = 0,
        *,
        progress: Progress | None = None,
        cancel: threading.Event | None = None,
    ) -> NoiseLevel:
        """How much noise the open model bears, as `xai_core.noise_level` says it."""
        given = None if classes is None else list(classes)
        params = {"classes": given, "noise_type": noise_type, "seed": seed}
        call: dict[str, Any] = {"progress": progress, "cancel": cancel, "model": True}
        return self._connection.ask(
            NoiseLevel, "noise_level", params, (checked_inputs(inputs),), **call
        )
