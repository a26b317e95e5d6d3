"""One hostile file: what it is called, and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SECRET = "hunter2-of-the-dashboard"  # noqa: S105 - planted


@dataclass(frozen=True)
class Places:
    """What an attack reaches for.

    Attributes:
        canary: a file that it makes. secret: a file that it reads. port: of a listener.
    """

    canary: Path
    secret: Path
    port: int

    @property
    def theft(self) -> str:
        """Python statements that try all of it; what is refused does not stop the rest."""
        return (
            f"import socket\n"
            f"def _try(do):\n"
            f"    try: return do()\n"
            f"    except Exception: return ''\n"
            f"_try(lambda: open({str(self.canary)!r}, 'w').write('ran'))\n"
            f"_stolen = _try(lambda: open({str(self.secret)!r}).read())\n"
            f"_try(lambda: open('leaked', 'w').write(_stolen))\n"
            f"_try(lambda: socket.create_connection(('127.0.0.1', {self.port}), 1))\n"
        )


@dataclass(frozen=True)
class Attack:
    """`write(path, places)` writes the file. `code`: a Python file given with it, as source."""

    kind: str
    name: str
    write: Callable[[Path, Places], object]
    code: Callable[[Places], str] | None = None


def simple(kind: str, table: dict[str, Callable[[Path, Path], object]]) -> tuple[Attack, ...]:
    """Attacks that know only a canary."""
    return tuple(
        Attack(kind, name, lambda path, places, write=write: write(path, places.canary))  # type: ignore[misc]
        for name, write in table.items()
    )
