"""`Worker`: a model in a process of its own, as the dashboard and the command line use it."""

from __future__ import annotations

import math
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from xai_core.attribution.capabilities import Layer
from xai_core.base.arrays import Inputs, checked_inputs
from xai_core.base.errors import XaiError
from xai_core.base.patience import MARGIN, PROOF_SECONDS
from xai_core.base.progress import Progress
from xai_core.base.target import Asked, asked_to_json
from xai_core.cage.protection import Protection
from xai_core.models.demo import model_file
from xai_core.models.formats.base import Inspection, LoadOptions
from xai_core.readiness.result import Verdict
from xai_core.targets import Prediction
from xai_core.worker.card import ModelCard
from xai_core.worker.connection import absolute
from xai_core.worker.explaining import Explaining
from xai_core.worker.explaining_inputs import ExplainingInputs
from xai_core.worker.measuring import Measuring
from xai_core.worker.model_connection import ModelConnection
from xai_core.worker.process.budget import Budget
from xai_core.worker.scoring import Scoring
from xai_core.worker.wire.codec import error_to
from xai_core.worker.wire.protocol import Frame


class Worker(Explaining, ExplainingInputs, Measuring, Scoring):
    """One process for one open model. Starts at once; calls wait until it is ready.

    After a crash, a lie or a time limit the next call starts a new process and opens the same
    model again. One call at a time: a second one waits. Close it, or use it as a context manager.

    Args:
        time_limit: seconds that one call may take before the process is killed.
        proof_limit: seconds that the proof of a verdict may take; what is not proven then is told
            as `unproven`. silence: seconds without a sign of progress after which it is killed.
        budget: memory, disk and threads above which it is killed; None takes the configured one.

    Raises (all calls):
        WorkerError: the process died (`crashed`), took too long (`time-limit`), could not be
            started (`start-failed`), took more than its budget (`memory-limit`,
            `resource-limit`), or this worker is closed (`closed`).
        XaiError: what the operation itself raises, as its own kind.
    """

    _connection: ModelConnection

    def __init__(
        self,
        *,
        time_limit: float = 600.0,
        proof_limit: float = PROOF_SECONDS,
        silence: float = math.inf,
        budget: Budget | None = None,
    ) -> None:
        self._connection = ModelConnection(time_limit, budget, silence)
        self._time_limit, self._proof_limit = time_limit, proof_limit

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._connection.process.alive

    @property
    def pid(self) -> int:
        """Of the current process; another one after a restart."""
        return self._connection.process.pid

    @property
    def protection(self) -> Protection:
        """What the process is kept from, and what not; waits until it has started."""
        # A page asks for it while a call is under way.
        return self._connection.protection or self._connection.started()

    def inspect(
        self,
        path: Path | str,
        *,
        cancel: threading.Event | None = None,
        name: str | None = None,
        member: str | None = None,
    ) -> Inspection:
        """What a file says of itself without being run. `name`: as for `load`.

        `member`: which model of a package with several.
        """
        told, file = {"member": member}, absolute(path)
        return self._connection.ask_of_file(Inspection, "inspect", file, cancel, name, **told)

    def load(
        self,
        path: Path | str,
        options: LoadOptions | None = None,
        *,
        cancel: threading.Event | None = None,
        name: str | None = None,
        progress: Progress | None = None,
    ) -> ModelCard:
        """Open a model, in place of the one that was open; `"demo"` is the demo model.

        `name`: what the user calls the file, where its path has another name.
        `progress`: told how many of the steps in `xai_core.readiness.steps.LOADING` are over.
        """
        file = absolute(model_file(path))
        return self._connection.load(file, options or LoadOptions(), cancel, name, progress)

    def predict(self, inputs: Inputs, *, cancel: threading.Event | None = None) -> Prediction:
        """The model's output as numbers."""
        call: dict[str, Any] = {"cancel": cancel, "model": True}
        return self._connection.ask(Prediction, "predict", {}, (checked_inputs(inputs),), **call)

    def layers(self, inputs: Inputs, *, cancel: threading.Event | None = None) -> tuple[Layer, ...]:
        """The layers in the order in which they run on `inputs`."""
        call: dict[str, Any] = {"cancel": cancel, "model": True}
        return self._connection.ask(
            tuple[Layer, ...], "layers", {}, (checked_inputs(inputs),), **call
        )

    def assess(
        self,
        inputs: Inputs | None = None,
        target: Asked = None,
        *,
        progress: Progress | None = None,
        cancel: threading.Event | None = None,
        proof_limit: float | None = None,
    ) -> Verdict:
        """Whether the open model can be explained with gradients.

        Args:
            proof_limit: in the place of the worker's own, with as much more time for the call.
        """
        arrays = () if inputs is None else (checked_inputs(inputs),)
        call: dict[str, Any] = {"progress": progress, "cancel": cancel, "model": True}
        if proof_limit is not None:
            call["limit"] = max(self._time_limit, proof_limit + MARGIN)
        seconds = self._proof_limit if proof_limit is None else proof_limit
        params = {"target": asked_to_json(target), "time_limit": seconds}
        found = self._connection.ask(Verdict, "assess", params, arrays, **call)
        self._connection.believe(found)
        return found

    def rejected(self, path: Path | str, error: XaiError) -> Verdict:
        """The verdict on a file that `load` or `assess` failed on with `error`."""
        return self._connection.ask_of_file(
            Verdict, "rejected", absolute(path), error=error_to(error)
        )

    def warm(self, *operations: str) -> None:
        """Let the process import, while idle, what `operations` need (`"score"`: seconds)."""
        try:
            self._connection.process.send(
                Frame({"id": 0, "op": "warm", "params": list(operations)}), 5
            )
        except OSError:
            return  # dead: the next call that matters starts a new one

    def close(self) -> None:
        """End the process, also in the middle of a call (that raises `WorkerError`)."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
