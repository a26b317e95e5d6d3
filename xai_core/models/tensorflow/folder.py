"""A SavedModel as the folder that TensorFlow wants: given as one, zipped, or as its graph alone."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xai_core.base.errors import ModelError
from xai_core.base.storage.unpacked import check_entries, unpack
from xai_core.base.storage.zips import BROKEN
from xai_core.models.peek.protobuf import Buffer, mapped

GRAPH = "saved_model.pb"
WEIGHTS = "variables"
MAX_GRAPH = 2**30


@contextmanager
def graph_bytes(path: Path) -> Iterator[Buffer]:
    """The bytes of `saved_model.pb`.

    Raises:
        ModelError: `corrupt-file`, or `unsafe-code` for a zip that breaks a rule.
    """
    if not _is_zip(path):
        with mapped(path / GRAPH if path.is_dir() else path) as data:
            yield data
        return
    with _opened(path) as (archive, root):
        with archive.open(root + GRAPH) as entry:
            data = entry.read(MAX_GRAPH + 1)  # the size that the archive declares may be a lie
        if len(data) > MAX_GRAPH:
            raise _refusal("its graph unpacks to too much", root + GRAPH)
    yield data


@contextmanager
def model_folder(path: Path, has_variables: bool) -> Iterator[Path]:
    """The model's folder while the block runs.

    Raises:
        ModelError: as `graph_bytes`, and `missing-weights` where they are not beside the graph.
    """
    if path.is_dir() or (path.name == GRAPH and (path.parent / WEIGHTS).is_dir()):
        yield _complete(path if path.is_dir() else path.parent, has_variables)
        return
    with tempfile.TemporaryDirectory(prefix="saved-model-") as name:
        folder = Path(name)
        if _is_zip(path):
            with _opened(path) as (archive, root):
                unpack(archive, root, folder, _refusal)
        else:
            shutil.copyfile(path, folder / GRAPH)
        yield _complete(folder, has_variables)


def _complete(folder: Path, has_variables: bool) -> Path:
    if has_variables and not any((folder / WEIGHTS).glob("*.index")):
        raise ModelError(
            "A SavedModel with its weights was expected; the folder `variables` is not there.",
            "Zip the whole folder that holds `saved_model.pb` and `variables`, and load that.",
            code="missing-weights",
        )
    return folder


@contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, str]]:
    """The checked archive, and the folder in it that holds the graph (`""` or `"name/"`)."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            check_entries(entries, _refusal)
            graphs = [e.filename for e in entries if f"/{e.filename}".endswith(f"/{GRAPH}")]
            if len(graphs) != 1:
                raise _refusal(f"it holds {len(graphs)} files {GRAPH}", "")
            yield archive, graphs[0].removesuffix(GRAPH)
    except BROKEN as cause:
        raise ModelError(
            f"A zip archive of a SavedModel was expected, but it is broken: {cause}",
            "Copy or download the file again, or zip the folder again.",
            code="corrupt-file",
        ) from cause


def _refusal(what: str, entry: str) -> ModelError:
    return ModelError(
        f"The archive is no zip of a SavedModel folder: {what}"
        + (f" ({entry!r})." if entry else "."),
        "Zip the folder that holds `saved_model.pb`, with files in it only.",
        code="unsafe-code",
        entry=entry,
    )


def _is_zip(path: Path) -> bool:
    if path.is_dir():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"
