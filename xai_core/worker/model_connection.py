"""A connection whose process holds a model, which is opened again after a death."""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from xai_core.base.errors import InputError, ModelError
from xai_core.base.patience import CALL_SECONDS
from xai_core.base.progress import Progress
from xai_core.models.formats.base import LoadOptions
from xai_core.models.other_inputs import lent_inputs
from xai_core.worker.card import ModelCard
from xai_core.worker.connection import Connection, absolute
from xai_core.worker.counting import Counted, Counting
from xai_core.worker.process.budget import Budget
from xai_core.worker.process.environments import interpreter_for
from xai_core.worker.process.unguarded import ours, refuse_unguarded
from xai_core.worker.wire.codec import encode

LACKING = ("missing-code", "missing-package")


class ModelConnection(Connection):
    """As `Connection`; the same model is there again at the next call that needs it."""

    def __init__(
        self, time_limit: float, budget: Budget | None = None, silence: float = math.inf
    ) -> None:
        super().__init__(time_limit, budget, silence)
        self._opened: tuple[str, LoadOptions, str | None] | None = None  # path and name

    def load(
        self,
        path: str,
        options: LoadOptions,
        cancel: threading.Event | None = None,
        name: str | None = None,
        progress: Progress | None = None,
    ) -> ModelCard:
        """Open a model, in place of the one that was open. `name`: what the user calls it."""
        with self._lock:
            self._opened, self.counted, self._holds_model = None, None, False
            try:
                card, counted = self._load(path, options, cancel, name, progress)
            except ModelError as error:
                self._change_environment(error)
                card, counted = self._load(path, options, cancel, name, progress)
            self._opened, self.counted = (path, options, name), counted
            return card

    def _change_environment(self, error: ModelError) -> None:
        """Let the next process have the environment that `error` asks for, else raise it.

        What another one lacks, which an earlier model has asked for, may be in the program's own.
        """
        python = interpreter_for(error)
        back = python is None and self._python is not None and error.code in LACKING
        if not back and (python is None or python == self._python):
            raise error
        self._python = python
        self.process.kill()

    def _reopen(self, cancel: threading.Event | None) -> None:
        if self._opened is None:
            raise InputError("No model is open in this worker.", "Load one first.")
        if self._holds_model and self.process.alive:
            return
        path, options, name = self._opened
        if self._load(path, options, cancel, name)[1] != self.counted:
            self._holds_model = False
            told = f"{name or Path(path).name} has changed since it was opened."
            raise ModelError(told, "Open the file again.")

    def _load(
        self,
        path: str,
        options: LoadOptions,
        cancel: threading.Event | None,
        name: str | None,
        progress: Progress | None = None,
    ) -> tuple[ModelCard, Counted]:
        protection = self.started(cancel)
        if options.trust and not ours(path, *options.code):
            refuse_unguarded(protection)
        code = tuple(Path(absolute(file)) for file in options.code)
        self._holds_model = False
        files = [one.file for one in options.other_inputs if one.file is not None]
        given = (*code, *(Path(absolute(file)) for file in files))
        lent, *places = self.process.model.lend((Path(path), *given), name)
        found = replace(options, code=tuple(places[: len(code)]))
        found = replace(found, other_inputs=lent_inputs(options.other_inputs, places[len(code) :]))
        plain = encode(found, [])
        limit, patience = self.time_limit, options.patience
        if patience > 1:  # asked for: a proof may go on
            limit = max(limit, CALL_SECONDS * patience)
        params = {"path": str(lent), "options": plain}
        counting = Counting(lent)
        how: dict[str, Any] = {"limit": limit, "cancel": cancel, "progress": progress}
        card = self.ask(ModelCard, "load", params, **how)
        self.believe(card, counted := counting.result())
        self._holds_model = True
        return card, counted
