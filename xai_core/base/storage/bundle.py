"""Several files of one model as one: a zip archive that stores them as they are."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

DATE = (1980, 1, 1, 0, 0, 0)  # the same files give the same bytes


def bundled(files: Mapping[str, bytes]) -> bytes:
    """The bytes of the archive.

    Args:
        files: by name.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, DATE), data)
    return target.getvalue()


def bundle_name(files: Mapping[str, bytes]) -> str:
    """What to call it: by its largest file."""
    largest = max(files, key=lambda name: len(files[name]))
    others = len(files) - 1
    return f"{largest} and {others} more" if others else largest
