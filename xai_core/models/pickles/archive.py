"""What a zip written by `torch.save` looks like; anything else is refused before it is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from xai_core.base.errors import ModelError
from xai_core.base.storage.strict_zip import BrokenZipError, StrictZip, strict_zip
from xai_core.base.storage.zip_records import STORED, StrangeZipError

MAX_PICKLE = 64 * 2**20
PICKLE = re.compile(r"\.(pkl|pickle)$", re.IGNORECASE)
SAVE_AGAIN = "Copy or download the file again, or save the model again."


@dataclass(frozen=True)
class Archive:
    """A checked archive: its root folder, its one pickle, and the sizes of its other entries."""

    root: str
    pickle: bytes
    sizes: Mapping[str, int]


def read_archive(path: Path) -> Archive:
    """Check the archive and read its pickle, as bytes.

    Raises:
        ModelError: `corrupt-file` for a broken zip, `unsafe-code` for a rule that is broken.
    """
    archive, root = checked_archive(path)
    try:
        pickle = archive.read(f"{root}/data.pkl", MAX_PICKLE)
    except (BrokenZipError, OSError) as cause:
        raise _broken("torch.save", cause) from cause
    return Archive(root, pickle, {name: entry.size for name, entry in archive.entries.items()})


def checked_archive(path: Path) -> tuple[StrictZip, str]:
    """The archive and its root folder. Raises `ModelError`, as `read_archive`."""
    archive = plain_archive(path, "torch.save")
    return archive, _root(archive)


def plain_archive(path: Path, writer: str, one_folder: bool = True) -> StrictZip:
    """The archive, if every reader sees the same in it, and all of it is in one folder.

    Raises:
        ModelError: `corrupt-file` or `unsafe-code`, naming the rule.
    """
    try:
        archive = strict_zip(path)
    except StrangeZipError as cause:
        raise refusal(str(cause), "", writer) from cause
    except (BrokenZipError, OSError) as cause:
        raise _broken(writer, cause) from cause
    first = next(iter(archive.entries), "").partition("/")[0]
    stranger = next((name for name in archive.entries if not name.startswith(f"{first}/")), None)
    if one_folder and stranger is not None:
        raise refusal("an entry lies outside its folder", stranger, writer)
    return archive


def refusal(what: str, entry: str, writer: str = "torch.save") -> ModelError:
    """The error for an archive that its writer would not have written."""
    return ModelError(
        f"The archive was not written by {writer}: {what}" + (f" ({entry!r})." if entry else "."),
        f"Such a file can hide code from a check. Save the model again with {writer}.",
        code="unsafe-code",
        entry=entry,
    )


def _broken(writer: str, cause: Exception) -> ModelError:
    return ModelError(
        f"A zip archive written by {writer} was expected, but it is broken: {cause}",
        SAVE_AGAIN,
        code="corrupt-file",
    )


def _root(archive: StrictZip) -> str:
    # torch.save stores, so a compressed entry is foreign and may be a bomb.
    packed = next((name for name, entry in archive.entries.items() if entry.method != STORED), None)
    if packed is not None:
        raise refusal("an entry is compressed", packed)
    pickles = sorted(name for name in archive.entries if PICKLE.search(name))
    main = [name for name in pickles if name.count("/") == 1 and name.endswith("/data.pkl")]
    if len(main) != 1 or len(pickles) != 1:
        raise refusal("it must hold one pickle, data.pkl", ", ".join(pickles[:3]))
    if archive.entries[main[0]].size > MAX_PICKLE:
        raise refusal("its pickle is oversized", main[0])
    return main[0].partition("/")[0]
