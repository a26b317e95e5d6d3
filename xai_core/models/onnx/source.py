"""An ONNX file, or a zip of one beside its weights, as one model in memory.

No file that the model names is ever opened: weights come from the same zip, or are missing.
"""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from xai_core.base.errors import ModelError
from xai_core.base.storage.zips import BROKEN, zip_names
from xai_core.models.onnx.walk import tensors
from xai_core.models.peek.graphs import graph_kind, kind_of_bytes

if TYPE_CHECKING:
    from onnx import ModelProto, TensorProto

HEAD = 2**16
MAX_BYTES = 2**31 - 1  # of a protobuf message, and so of ONNX Runtime's input
MAX_ENTRIES = 1000
AGAIN = "Copy or download the file again, or export the model again."


def is_onnx(path: Path) -> bool:
    """Whether the bytes are an ONNX model, or a zip that holds exactly one. Never raises."""
    try:
        if not path.is_file():
            return False
        names = zip_names(path)
        if names is None:
            return graph_kind(path) == "onnx"
        return len(names) <= MAX_ENTRIES and len(_models(path)) == 1
    except BROKEN:
        return False


def read_model(path: Path) -> tuple[ModelProto, dict[str, bytes]]:
    """The model as it is in the file, and the other files of the zip.

    Raises:
        ModelError: the file is broken (`corrupt-file`).
    """
    if zip_names(path) is None:
        return _parsed(path.read_bytes()), {}
    name = _models(path)[0]
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(item.file_size for item in archive.infolist()) > MAX_BYTES:
                raise _too_large()
            files = {item: archive.read(item) for item in archive.namelist() if item[-1:] != "/"}
    except BROKEN as cause:
        raise ModelError(
            f"The zip archive is broken: {cause}", AGAIN, code="corrupt-file"
        ) from cause
    folder = PurePosixPath(name).parent
    model = _parsed(files.pop(name))
    return model, {_relative(item, folder): data for item, data in files.items()}


def missing_files(model: ModelProto, files: dict[str, bytes]) -> tuple[str, ...]:
    """Names of the files with weights that the model needs and that are not there."""
    wanted = dict.fromkeys(_places(tensor)[0] for tensor in tensors(model) if _outside(tensor))
    return tuple(name for name in wanted if _plain(name) not in files)


def complete(model: ModelProto, files: dict[str, bytes]) -> ModelProto:
    """The model with all weights inside it; changes it.

    Raises:
        ModelError: weights are missing or cut off (`corrupt-file`).
    """
    missing = missing_files(model, files)
    if missing:
        raise incomplete(missing[0])
    for tensor in tensors(model):
        if _outside(tensor):
            _fill(tensor, files)
    return model


def incomplete(name: str) -> ModelError:
    """The error for a model whose weights are in a file that is not here."""
    return ModelError(
        f"The file holds the graph only: its weights are in a second file, {name!r}, which is not "
        "here.",
        "Put both files into one zip and choose that, or export with "
        "torch.onnx.export(..., external_data=False).",
        code="corrupt-file",
        missing=name,
    )


def _models(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        names = [item.filename for item in archive.infolist() if not item.is_dir()]
        return [name for name in names if _starts_onnx(archive, name)]


def _starts_onnx(archive: zipfile.ZipFile, name: str) -> bool:
    with archive.open(name) as entry:
        return kind_of_bytes(entry.read(HEAD)) == "onnx"


def _parsed(data: bytes) -> ModelProto:
    import onnx
    from google.protobuf.message import DecodeError

    if len(data) > MAX_BYTES:
        raise _too_large()
    try:
        model = onnx.load_model_from_string(data)
    except DecodeError as cause:
        raise ModelError(
            "The ONNX file breaks off or is damaged.", AGAIN, code="corrupt-file"
        ) from cause
    model.DiscardUnknownFields()  # ONNX Runtime may know fields that were not looked at
    if not model.graph.node:
        raise ModelError("The ONNX graph holds no operation.", AGAIN, code="corrupt-file")
    return model


def _too_large() -> ModelError:
    return ModelError(
        "The ONNX model is above 2 GB, more than can be held in one piece.",
        "Load the PyTorch model that it was exported from.",
        code="memory-limit",
    )


def _outside(tensor: TensorProto) -> bool:
    return tensor.data_location == tensor.EXTERNAL or len(tensor.external_data) > 0


def _places(tensor: TensorProto) -> tuple[str, int, int | None]:
    told = {entry.key: entry.value for entry in tensor.external_data}
    try:
        length = int(told["length"]) if told.get("length") else None
        return told["location"], int(told.get("offset") or 0), length
    except (KeyError, ValueError) as cause:
        raise ModelError(
            "A tensor does not say where its numbers are.", AGAIN, code="corrupt-file"
        ) from cause


def _fill(tensor: TensorProto, files: dict[str, bytes]) -> None:
    name, offset, length = _places(tensor)
    data = files[_plain(name)]
    end = len(data) if length is None else offset + length
    if not 0 <= offset <= end <= len(data):
        raise ModelError(
            f"{name!r} breaks off: {end} bytes were expected, it has {len(data)}.",
            AGAIN,
            code="corrupt-file",
        )
    tensor.raw_data = data[offset:end]
    tensor.ClearField("external_data")
    tensor.data_location = tensor.DEFAULT


def _relative(name: str, folder: PurePosixPath) -> str:
    path = PurePosixPath(name)
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def _plain(name: str) -> str:
    return str(PurePosixPath(name.replace("\\", "/")))
