"""What lies in an archive of `torch.jit.save`; anything else is refused before torch sees it.

torch looks entries up by name in any case, reads another layout where a `model.json` lies, and
trusts what a pickle says of the sizes beside it.
"""

from __future__ import annotations

import re
from pathlib import Path

from xai_core.base.errors import ModelError
from xai_core.base.storage.strict_zip import BrokenZipError, StrictZip
from xai_core.base.storage.zip_records import STORED
from xai_core.models.pickles.archive import MAX_PICKLE, plain_archive, refusal
from xai_core.models.script.objects import Objects, read_objects

WRITER = "torch.jit.save"
MAX_CODE, MAX_UNPACKED = 16 * 2**20, 64 * 2**20
SOURCE = re.compile(r"code(/[A-Za-z0-9_]+)+\.py")
ENTRY = re.compile(
    r"(code(/[A-Za-z0-9_]+)+\.py(\.debug_pkl)?|(data|constants|bytecode|traced_inputs)(\.pkl|/[0-9]+)"
    r"|mobile_debug_handles\.pkl|(\.data/)?version|\.data/serialization_id|byteorder"
    r"|\.format_version|\.storage_alignment|extra/[^/].*)"
)
TOLD = re.compile(r"(code|data|constants|attributes|tensors|bytecode)(/|\.|$)|model\.json")


def read_code(path: Path) -> dict[str, bytes]:
    """The source files in a checked archive, by the names of their entries.

    Raises:
        ModelError: `corrupt-file`, or `unsafe-code` for what torch would not have written.
    """
    archive = _checked(path)
    names = [name for name in archive.entries if SOURCE.fullmatch(name.partition("/")[2])]
    if sum(archive.entries[name].size for name in names) > MAX_CODE:
        raise refusal("its code unpacks to too much", "", WRITER)
    return {name: _read(archive, name, MAX_CODE) for name in names}


def script_objects(path: Path) -> dict[str, Objects]:
    """The objects (`data`) and `constants` in a checked archive, without building them.

    Raises:
        ModelError: `corrupt-file`, e.g. a tensor that is larger than its numbers, or `unsafe-code`.
    """
    archive = _checked(path)
    root = next(iter(archive.entries)).partition("/")[0]
    found = {}
    for folder in ("data", "constants"):
        name = f"{root}/{folder}.pkl"
        if name in archive.entries:
            sizes = {
                entry.removeprefix(f"{root}/{folder}/"): record.size
                for entry, record in archive.entries.items()
                if entry.startswith(f"{root}/{folder}/")
            }
            found[folder] = read_objects(_read(archive, name, MAX_PICKLE), sizes)
    return found


def _checked(path: Path) -> StrictZip:
    archive = plain_archive(path, WRITER)
    for name in archive.entries:
        inner = name.partition("/")[2]
        if not ENTRY.fullmatch(inner) and (TOLD.match(inner.lower()) or _loads(inner)):
            raise refusal("it has an entry of another kind", name, WRITER)
    packed = (record.size for record in archive.entries.values() if record.method != STORED)
    if sum(packed) > MAX_UNPACKED:
        raise refusal("its code unpacks to too much", "", WRITER)
    return archive


def _loads(inner: str) -> bool:
    return inner.lower().endswith((".py", ".pkl", ".json", ".pt"))


def _read(archive: StrictZip, name: str, limit: int) -> bytes:
    try:
        return archive.read(name, limit)
    except (BrokenZipError, OSError) as cause:
        raise ModelError(
            f"The TorchScript archive is broken: {cause}",
            "Copy or download the file again.",
            code="corrupt-file",
        ) from cause
