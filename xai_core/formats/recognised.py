"""Formats that are known by their bytes but not loaded: what each is, and a way that works."""

from __future__ import annotations

from pathlib import Path

from xai_core.errors import ModelError
from xai_core.formats.base import Format, Inspection, LoadedModel, LoadOptions
from xai_core.peek.digest import digest
from xai_core.types import Finding


class RecognisedOnly(Format):
    """A format without a loader. `why`: what stands in the way; `way`: what to do."""

    why: str
    way: str
    code: str = "unknown-format"

    def inspect(self, path: Path) -> Inspection:
        """As the contract says."""
        size = digest(path)
        finding = Finding(self.code, "error", self.why, self.way)
        return Inspection(self.name, size.size, size.sha256, findings=(finding,))

    def load(self, path: Path, inspection: Inspection, options: LoadOptions) -> LoadedModel:
        """Always raises."""
        raise ModelError(self.why, self.way, code=self.code, format=self.name)
