"""What a worker process is told about its own cage, by its host, at the start."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

GIB = 2**30


@dataclass(frozen=True)
class Plan:
    """The cage of one process.

    Attributes:
        home: the only folder in which it may write. lent: the folder in which the host puts the
            files that it may read.
        memory: bytes that it may have reserved. file_size: of the largest file it may write.
        open_files: how many at once.
        wanted: False where the operator has switched the protection off.
    """

    home: str
    lent: str
    memory: int
    file_size: int = 4 * GIB
    open_files: int = 1024
    wanted: bool = True

    def to_text(self) -> str:
        """As an argument of the process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Plan:
        """The way back."""
        return cls(**json.loads(text))
