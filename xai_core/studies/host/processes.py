"""The two caged processes of a study's worker: one holds the model, one decodes pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xai_core.base.errors import ModelError
from xai_core.base.patience import CALL_SECONDS, proof_seconds
from xai_core.studies.setting import Setting
from xai_core.worker.decoding import Decoder
from xai_core.worker.host import Worker
from xai_core.worker.process.budget import Budget


def open_model(worker: Worker, model: Path, name: str, setting: Setting) -> None:
    """Open a study's model. Raises `ModelError` where the file is another one by now."""
    card = worker.load(model, setting.options, name=name)
    if card.sha256 != setting.model_sha256:
        raise ModelError(
            f"{name} is not the file that the study began with.",
            "Take that one, or begin another study.",
        )


@dataclass(frozen=True)
class Processes:
    """Both start at once, and calls wait until they are ready."""

    worker: Worker
    decoder: Decoder

    @staticmethod
    def start(share: Budget, time_limit: float | None = None) -> Processes:
        """With what they may use. time_limit: of a step; None: as long as it tells its progress.

        Raises:
            WorkerError: they cannot be started.
        """
        if time_limit is None:
            worker = Worker(silence=CALL_SECONDS, budget=share)
        else:
            proof = proof_seconds(time_limit)
            worker = Worker(time_limit=time_limit, proof_limit=proof, budget=share)
        try:
            return Processes(worker, Decoder(share))
        except BaseException:
            worker.close()
            raise

    def close(self) -> None:
        """End both, also in the middle of a call; more than once does no harm."""
        self.worker.close()
        self.decoder.close()
