"""The archive of an exported program, read without torch: its graph, and where its tensors lie."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xai_core.base.errors import ModelError
from xai_core.base.storage.strict_zip import BrokenZipError, StrictZip
from xai_core.base.storage.zip_records import STORED
from xai_core.models.exported.arguments import tensor_meta
from xai_core.models.exported.expressions import SYMBOL
from xai_core.models.exported.graph import clean_graph
from xai_core.models.exported.parts import flag, mapping, path, unknown, whole
from xai_core.models.exported.signature import clean_calls, clean_signature
from xai_core.models.pickles.archive import plain_archive

WRITER = "torch.export.save"
MAX_JSON = 48 * 2**20
SCHEMA = 8  # of torch 2.13; other numbers mean that entries mean something else
MODEL = re.compile(r"models/([A-Za-z0-9_-]{1,100})\.json")
ENTRY = re.compile(
    r"models/[^/]+\.json|data/(weights/weight_|constants/tensor_)[0-9]+"
    r"|data/(weights/[^/]+_weights|constants/[^/]+_constants)_config\.json"
    r"|data/sample_inputs/[^/]+\.pt|archive_format|archive_version|byteorder|(\.data/)?version"
    r"|\.data/serialization_id|\.format_version|\.storage_alignment|extra/[^/].*"
)
PROGRAM = (
    *("graph_module", "opset_version", "range_constraints", "schema_version"),
    *("verifiers", "torch_version", "guards_code"),
)
MODULE = ("graph", "signature", "module_call_graph", "metadata", "treespec_namedtuple_fields")
OLDER = "serialized_exported_program.json"
RECORD = re.compile(r"(weight|tensor)_[0-9]+")
RANGE = re.compile(r"[A-Za-z0-9_ *+/(),-]{1,500}")
DIALECTS = frozenset({"TRAINING", "ATEN"})


@dataclass(frozen=True)
class Payload:
    """A tensor of the file. entry: where its bytes are. meta: size and type. trained: by name."""

    entry: str
    meta: Mapping[str, Any]
    trained: bool


@dataclass(frozen=True)
class Exported:
    """A checked program. document: as torch's schema has it. weights, constants: by name."""

    archive: StrictZip
    document: Mapping[str, Any]
    weights: Mapping[str, Payload]
    constants: Mapping[str, Payload]


def read_exported(file: Path) -> Exported:
    """Read and check all of it but the numbers.

    Raises:
        UnknownPartError: something in it is not known here. ModelError: `corrupt-file`, or
            `unsafe-code` for an archive that readers could see differently.
    """
    archive = plain_archive(file, WRITER, one_folder=False)
    if OLDER in archive.entries:
        raise unknown("the layout of an older torch")
    plain_archive(file, WRITER)
    root = next(iter(archive.entries)).partition("/")[0]
    inner = {name.partition("/")[2]: name for name in archive.entries}
    stranger = next((name for name in inner if not ENTRY.fullmatch(name)), None)
    if stranger is not None:
        raise unknown("another entry in its archive:", stranger)
    if any(record.method != STORED for record in archive.entries.values()):
        raise unknown("a compressed entry in its archive")
    models = [matched for name in inner if (matched := MODEL.fullmatch(name))]
    if len(models) != 1:
        raise unknown("more or fewer programs than one")
    if _bytes(archive, f"{root}/byteorder") != b"little":
        raise unknown("another order of bytes")
    name = models[0][1]
    weights, constants = f"{root}/data/weights/", f"{root}/data/constants/"
    return Exported(
        archive,
        _document(_json(archive, f"{root}/models/{name}.json")),
        _payloads(archive, weights, f"{name}_weights_config.json"),
        _payloads(archive, constants, f"{name}_constants_config.json"),
    )


def _document(value: object) -> dict[str, Any]:
    found = mapping(value, PROGRAM, "program")
    version = mapping(found.get("schema_version"), ("major", "minor"), "version")
    if version.get("major") != SCHEMA:
        raise unknown("another version of the format")
    dialects = found.get("verifiers")
    if not isinstance(dialects, list) or not set(map(str, dialects)) <= DIALECTS:
        raise unknown("another dialect")
    module = mapping(found.get("graph_module"), MODULE, "program")
    if module.get("treespec_namedtuple_fields"):
        raise unknown("named tuples")
    return {
        "graph_module": {
            "graph": clean_graph(module.get("graph")),
            "signature": clean_signature(module.get("signature")),
            "module_call_graph": clean_calls(module.get("module_call_graph")),
        },
        "range_constraints": _ranges(found.get("range_constraints")),
        "verifiers": [str(one) for one in dialects],
    }


def _ranges(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise unknown("another kind of range")
    ranges = {}
    for name, limits in value.items():
        found = mapping(limits, ("min_val", "max_val"), "range")
        counted = name.startswith(("u", "z"))  # torch counts up to the number in it
        if not RANGE.fullmatch(name) or (counted and not SYMBOL.fullmatch(name)):
            raise unknown("a range of something unusual")
        ranges[name] = {
            key: None if found.get(key) is None else whole(found.get(key))
            for key in ("min_val", "max_val")
        }
    return ranges


def _payloads(archive: StrictZip, folder: str, config: str) -> dict[str, Payload]:
    found = mapping(_json(archive, folder + config), ("config",), "list of tensors").get("config")
    if not isinstance(found, dict):
        raise unknown("another kind of list of tensors")
    payloads = {}
    for name, value in found.items():
        keys = ("path_name", "is_param", "use_pickle", "tensor_meta")
        one = mapping(value, keys, "tensor")
        if flag(one.get("use_pickle")):
            raise unknown("a tensor or object that is kept as a pickle:", name)
        record = str(one.get("path_name"))
        entry = folder + record
        if entry not in archive.entries or not RECORD.fullmatch(record):
            raise unknown("a tensor that is kept elsewhere")
        meta = tensor_meta(one.get("tensor_meta"))
        payloads[path(name)] = Payload(entry, meta, flag(one.get("is_param")))
    return payloads


def _json(archive: StrictZip, name: str) -> object:
    try:
        return json.loads(_bytes(archive, name))
    except (ValueError, RecursionError) as cause:
        raise _corrupt("it holds no valid JSON") from cause


def _bytes(archive: StrictZip, name: str) -> bytes:
    try:
        return archive.read(name, MAX_JSON)
    except KeyError as cause:
        raise unknown("no entry", name.rpartition("/")[2]) from cause
    except (BrokenZipError, OSError) as cause:
        raise _corrupt(str(cause)) from cause


def _corrupt(what: str) -> ModelError:
    return ModelError(
        f"The exported program is broken: {what}.",
        "Copy or download the file again.",
        code="corrupt-file",
    )
