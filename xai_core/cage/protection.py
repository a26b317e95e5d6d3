"""Which guards of a worker process work, and why others do not."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

REACHED = {
    "files": "files",
    "calls": "network and other processes",
    "limits": "memory and the rights of root",
}


@dataclass(frozen=True)
class Guard:
    """One guard: what it keeps the process from, and where it is off, why.

    Attributes:
        name: `files`, `calls` or `limits`. works: it is in force. detail: how, or why not.
    """

    name: str
    works: bool
    detail: str


@dataclass(frozen=True)
class Protection:
    """All guards of one process."""

    guards: tuple[Guard, ...]

    @property
    def complete(self) -> bool:
        """Every guard is in force."""
        return bool(self.guards) and all(guard.works for guard in self.guards)

    @property
    def sentence(self) -> str:
        """For a person, in one line."""
        if self.complete:
            return f"on: {'; '.join(guard.detail for guard in self.guards)}"
        off = (
            f"{REACHED[guard.name]} ({guard.detail})" for guard in self.guards if not guard.works
        )
        return f"off: not protected are {', '.join(off)}"

    def to_json(self) -> dict[str, Any]:
        """`complete`, and the guards."""
        return {"complete": self.complete, "guards": [asdict(guard) for guard in self.guards]}
