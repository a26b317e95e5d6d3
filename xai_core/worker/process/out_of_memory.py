"""An allocation that the process' own limit refused, told as what it is."""

from __future__ import annotations

from xai_core.base.errors import WorkerError
from xai_core.base.memory import ran_out
from xai_core.cage.plan import GIB
from xai_core.worker.process.budget import MEMORY


def out_of_memory(error: BaseException) -> WorkerError | None:
    """The error to tell instead, where `error` or what caused it is a refused allocation."""
    if not ran_out(error):
        return None
    return WorkerError(
        f"The model asked for more memory than its process may reserve: {_limit()}.",
        f"Use smaller pictures, a smaller model, or a higher limit ({MEMORY}).",
        code="memory-limit",
    )


def _limit() -> str:
    try:
        import resource
    except ImportError:
        return "no more is free"
    limit = resource.getrlimit(resource.RLIMIT_DATA)[0]
    return "no more is free" if limit == resource.RLIM_INFINITY else f"{limit / GIB:.2f} GiB"
