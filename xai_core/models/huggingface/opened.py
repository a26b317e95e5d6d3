"""The files of a model where they can be read: as they lie, or out of a zip archive."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xai_core.base.errors import ModelError
from xai_core.base.storage.unpacked import check_entries, unpack
from xai_core.base.storage.zips import BROKEN
from xai_core.models.peek.hub_files import HubFiles


@contextmanager
def opened(path: Path, files: HubFiles) -> Iterator[Path]:
    """The folder in which `files.names` lie, while the block runs.

    Raises:
        ModelError: `unsafe-code`, a zip that breaks a rule; `corrupt-file`, a broken one.
    """
    if path.is_dir():
        yield path / files.root
    elif path.name in files.names:
        yield path.parent
    else:
        with tempfile.TemporaryDirectory(prefix="hub-") as name:
            _unpack(path, files.root, Path(name))
            yield Path(name)


def _unpack(path: Path, root: str, folder: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            check_entries(archive.infolist(), _refusal)
            unpack(archive, root, folder, _refusal)
    except BROKEN as cause:
        raise ModelError(
            f"A zip archive of a Hugging Face folder was expected, but it is broken: {cause}",
            "Copy or download the file again, or zip the folder again.",
            code="corrupt-file",
        ) from cause


def _refusal(what: str, entry: str) -> ModelError:
    return ModelError(
        f"The archive is no zip of a Hugging Face folder: {what}"
        + (f" ({entry!r})." if entry else "."),
        "Zip the folder that `save_pretrained` wrote, with files in it only.",
        code="unsafe-code",
        entry=entry,
    )
