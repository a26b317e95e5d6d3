"""Judging a model, or a file that none could be made of."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

from xai_core.base.errors import XaiError
from xai_core.base.progress import Progress
from xai_core.base.target import asked_from_json
from xai_core.models.peek.digest import digest
from xai_core.readiness.result import Verdict
from xai_core.worker.operations.base import Arrays, Params, Session, operation
from xai_core.worker.wire.answer import LONG_TEXT, Answer
from xai_core.worker.wire.codec import error_from


@operation(Answer(text=LONG_TEXT))
def assess(session: Session, params: Params, arrays: Arrays, tick: Progress) -> Verdict:
    """`target`, `time_limit`, maybe inputs -> Verdict."""
    from xai_core.readiness import assess as judge

    inputs, target = arrays[0] if arrays else None, asked_from_json(params["target"])
    return judge(session.opened(), inputs, target, progress=tick, time_limit=params["time_limit"])


@operation(Answer(text=LONG_TEXT))
def rejected(session: Session, params: Params, arrays: Arrays, tick: Progress) -> Verdict:
    """`path`, `error` -> Verdict, with the format where the bytes tell it."""
    from xai_core.models.loading import recognise
    from xai_core.readiness import rejected as reject

    path = Path(params["path"])
    verdict = replace(
        reject(path, error_from(params["error"])), file=path.name, sha256=digest(path).sha256
    )
    with contextlib.suppress(XaiError):
        return replace(verdict, format=recognise(path).name)
    return verdict
