"""The one error family: what was expected, what came, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class XaiError(Exception):
    """Something a user can understand and act on.

    Args:
        message: what was expected and what came, in a sentence.
        hint: what to do about it.
        code: the finding code it becomes in a verdict, as documented in the reference.
        **facts: the values the message speaks of, JSON-serialisable.
    """

    def __init__(self, message: str, hint: str = "", *, code: str = "error", **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
        self.facts: Mapping[str, Any] = facts

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def to_dict(self) -> dict[str, Any]:
        """As JSON, for the way out of a worker; `from_dict` is the way back."""
        return {
            "kind": type(self).__name__,
            "message": self.message,
            "hint": self.hint,
            "code": self.code,
            "facts": dict(self.facts),
        }

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> XaiError:
        """The error that `to_dict` wrote; an unknown kind becomes a plain `XaiError`."""
        kinds: dict[str, type[XaiError]] = {
            kind.__name__: kind for kind in XaiError.__subclasses__()
        }
        kind = kinds.get(str(data.get("kind")), XaiError)
        facts = {str(key): value for key, value in dict(data.get("facts", {})).items()}
        for reserved in ("message", "hint", "code"):
            facts.pop(reserved, None)
        return kind(
            str(data.get("message", "")),
            str(data.get("hint", "")),
            code=str(data.get("code", "error")),
            **facts,
        )


class ModelError(XaiError):
    """A model file cannot be recognised, must not be loaded, or does not run."""


class InputError(XaiError):
    """A picture, array, target or parameter is not what it has to be."""


class MethodError(XaiError):
    """An attribution method is not defined for this model, or failed on it."""


class WorkerError(XaiError):
    """A worker process died, lied, or ran into a limit."""


class Cancelled(XaiError):  # noqa: N818 - it is an outcome, not an error
    """The user stopped the computation; nothing has changed."""

    def __init__(self, message: str = "Cancelled.", hint: str = "", **facts: Any) -> None:
        facts.pop("code", None)
        super().__init__(message, hint, code="cancelled", **facts)


def first_line(cause: object) -> str:
    """Of what a library says about its failure, at most 300 characters."""
    return (str(cause).strip().splitlines() or [""])[0][:300]
