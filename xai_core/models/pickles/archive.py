"""What a zip written by `torch.save` looks like; anything else is refused before it is read."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from xai_core.base.errors import ModelError

MAX_ENTRIES = 200_000
MAX_PICKLE = 64 * 2**20
PICKLE = re.compile(r"\.(pkl|pickle)$", re.IGNORECASE)
END_RECORD = b"PK\x05\x06"
END_RECORD_SIZE = 22


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
    try:
        with zipfile.ZipFile(path) as archive:
            root = check_entries(path, archive)
            return Archive(
                root,
                archive.read(f"{root}/data.pkl"),
                {entry.filename: entry.file_size for entry in archive.infolist()},
            )
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, KeyError, RuntimeError) as cause:
        raise ModelError(
            f"A zip archive written by torch.save was expected, but it is broken: {cause}",
            "Copy or download the file again, or save the model again.",
            code="corrupt-file",
        ) from cause


def check_entries(path: Path, archive: zipfile.ZipFile) -> str:
    """The root folder of an archive that keeps all rules.

    Raises:
        ModelError: `unsafe-code`, naming the rule and the entry.
    """
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise refusal(f"it has {len(entries)} entries", "")
    seen: set[str] = set()
    for entry in entries:
        _check_entry(entry)
        if entry.filename in seen:
            raise refusal("it holds two entries of one name", entry.filename)
        seen.add(entry.filename)
    if sum(entry.file_size for entry in entries) > path.stat().st_size:
        raise refusal("its entries claim more bytes than the file has", "")
    _check_end(path)
    return _root(seen, archive)


def refusal(what: str, entry: str) -> ModelError:
    """The error for an archive that torch.save would not have written."""
    return ModelError(
        f"The archive was not written by torch.save: {what}" + (f" ({entry!r})." if entry else "."),
        "Such a file can hide code from a check. Save the model again with torch.save.",
        code="unsafe-code",
        entry=entry,
    )


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    if entry.flag_bits & 0x1:
        raise refusal("an entry is encrypted", name)
    # torch.save stores, so a compressed entry is foreign and may be a bomb.
    if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
        raise refusal("an entry is compressed", name)
    if name.startswith("/") or "\\" in name or ".." in name.split("/"):
        raise refusal("an entry leads out of the archive", name)


def _check_end(path: Path) -> None:
    # Two readers may disagree on an archive with a comment or with something behind its end.
    with path.open("rb") as file:
        file.seek(-END_RECORD_SIZE, 2)
        if file.read(len(END_RECORD)) != END_RECORD:
            raise refusal("something follows its end", "")


def _root(names: set[str], archive: zipfile.ZipFile) -> str:
    pickles = sorted(name for name in names if PICKLE.search(name))
    main = [name for name in pickles if name.count("/") == 1 and name.endswith("/data.pkl")]
    if len(main) != 1 or len(pickles) != 1:
        raise refusal("it must hold one pickle, data.pkl", ", ".join(pickles[:3]))
    root = main[0].partition("/")[0]
    strangers = sorted(name for name in names if not name.startswith(f"{root}/"))
    if strangers:
        raise refusal("an entry lies outside its folder", strangers[0])
    if archive.getinfo(main[0]).file_size > MAX_PICKLE:
        raise refusal("its pickle is oversized", main[0])
    return root
