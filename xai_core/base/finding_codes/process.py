"""Codes about the check itself, and the process that runs the model."""

from __future__ import annotations

from collections.abc import Mapping

from xai_core.base.finding_codes.meaning import Meaning

CODES: Mapping[str, Meaning] = {
    "check-failed": Meaning(
        "A readiness check failed in the model; what it looks for stays unproven.",
        "Read its message; it is often a model that does something unusual in forward.",
    ),
    "time-limit": Meaning(
        "A time limit passed. In a verdict: what was not proven by then is not refuted.",
        "Give it more time (`--time-limit`), a smaller input or fewer samples.",
    ),
    "memory-limit": Meaning(
        "The model's process took more memory than it may, or a message to or from it is too "
        "large.",
        "Use smaller pictures or fewer samples at once, or a higher `PEDESTAL_WORKER_MEMORY`.",
    ),
    "resource-limit": Meaning(
        "The model's process wrote more to disk, made more files or folders, or started more "
        "threads than it may.",
        "No usual model does that: find out where the file came from.",
    ),
    "protection-off": Meaning(
        "A file was to be trusted on a machine that does not guard the model's process.",
        "Open it on a guarded machine, or allow it by `PEDESTAL_ALLOW_UNPROTECTED=1`.",
    ),
    "crashed": Meaning(
        "The model's process died, or sent what no honest process sends.",
        "Read its last lines, which are shown; do not trust the file if it lied.",
    ),
    "start-failed": Meaning(
        "No process for the model could be started. Never a finding about a model.",
        "Run `make test`, and see that memory is free.",
    ),
    "closed": Meaning(
        "The model's process was closed while it was asked. Never a finding about a model.",
        "Open the model again.",
    ),
    "data-in-use": Meaning(
        "Another server uses this server's data folder. Never a finding about a model.",
        "Stop that one, or give this one a folder of its own by `PEDESTAL_DATA`.",
    ),
    "cancelled": Meaning("The computation was stopped as asked; nothing has changed.", "Nothing."),
    "error": Meaning("A failure without a code of its own.", "Read its message."),
}
