"""Files that people try and that are no model Pedestal loads: what they are, what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from xai_core.base.errors import ModelError
from xai_core.base.storage.zips import zip_names
from xai_core.models.peek.protobuf import fields, mapped

ORIGINAL = "Load the PyTorch or Keras model that it was made from, or an ONNX export of it."
SAVE = "Save the model with torch.save(model, path), or its weights with model.state_dict()."
WHOLE = "Save the whole Keras model: model.save('model.keras')."
INSIDE = "Unpack it and choose the model inside."
CHOOSE = "Choose the model file itself."
KINDS = "Pedestal reads PyTorch, TorchScript, ONNX, Keras and TensorFlow model files."
HEAD = 4096
PADDLE = "Convert it to ONNX: paddle2onnx --model_dir FOLDER --save_file model.onnx."
JAX = "Save the model as a SavedModel (jax2tf.convert, then tf.saved_model.save) and open that."
CORE_ML_FILE = "com.apple.CoreML"
MOST_LOOKED_AT = 1000
CORE_ML_KINDS = range(200, 5000)  # the numbers of its fields that hold a model


@dataclass(frozen=True)
class File:
    """The file's first bytes, and where it lies."""

    path: Path
    head: bytes

    @property
    def zip_names(self) -> tuple[str, ...] | None:
        """Names in it where it is a zip archive."""
        return zip_names(self.path)


@dataclass(frozen=True)
class Unsupported:
    """A kind of file. what: "a picture". way: what to do instead. seen: tells it by its bytes.

    around: it is what models are packed in, and says nothing of what lies in it.
    """

    what: str
    way: str
    seen: Callable[[File], bool]
    code: str = "unknown-format"
    around: bool = False


def _starts(*starts: bytes) -> Callable[[File], bool]:
    return lambda file: file.head.startswith(starts)


def _json(*words: bytes) -> Callable[[File], bool]:
    return lambda file: file.head.startswith(b"{") and any(word in file.head for word in words)


def _entry(ending: str) -> Callable[[File], bool]:
    return lambda file: any(name.endswith(ending) for name in file.zip_names or ())


def _core_ml(file: File) -> bool:
    with mapped(file.path) as data:
        found = fields(data)
    if not found or found[0].number != 1 or not found[-1].whole:
        return any("com.apple.CoreML/" in name for name in file.zip_names or ())
    return any(field.number in CORE_ML_KINDS for field in found)


def _paddle(file: File) -> bool:
    """Its program, by the two variables that every one has; of late as JSON."""
    if file.head.startswith(b"{"):
        return b'"pir"' in file.head
    if not file.head.startswith(b"\n"):
        return False
    with mapped(file.path) as data:
        return data.find(b"\n\x04feed") > 0 and data.find(b"\n\x05fetch") > 0


def _flax(file: File) -> bool:
    """A map in msgpack, with the names that Flax gives."""
    begins = file.head[:1] in [bytes([sign]) for sign in (*range(0x81, 0x90), 0xDE)]
    return begins and (b"\xa6kernel" in file.head or b"\xa6params" in file.head)


def _has(names: Iterable[str], wanted: str) -> bool:
    return any(f"/{name}".endswith(f"/{wanted}") for name in names)


def _tf_checkpoint(file: File) -> bool:
    with file.path.open("rb") as stream:
        stream.seek(max(0, file.path.stat().st_size - 8))
        return stream.read() == b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"  # an SSTable's last bytes


PREDICTS = "inference-format"
CORE_ML = "a Core ML model: it predicts, but has no gradients"
ORBAX, ORBAX_FILE = "an Orbax checkpoint of JAX, without a model", "_CHECKPOINT_METADATA"
STRANGERS = (
    Unsupported(CORE_ML, ORIGINAL, _core_ml, PREDICTS),
    Unsupported("an ncnn model: it predicts only", ORIGINAL, _starts(b"7767517\n"), PREDICTS),
    Unsupported(
        "an MNN model: it predicts only",
        ORIGINAL,
        lambda file: file.path.suffix == ".mnn" or file.head[4:7] == b"MNN",
        PREDICTS,
    ),
    Unsupported("a PaddlePaddle model: it predicts only", PADDLE, _paddle, PREDICTS),
    Unsupported("the weights of a Flax model", JAX, _flax),
    Unsupported(ORBAX, JAX, lambda file: _has(file.zip_names or (), ORBAX_FILE)),
    Unsupported(
        "a TensorRT engine: it predicts only", ORIGINAL, _starts(b"ftrt", b"ptrt"), PREDICTS
    ),
    Unsupported("a GGUF language model", "Choose a vision model.", _starts(b"GGUF")),
    Unsupported(
        "a TensorFlow.js model: it predicts, but has no gradients here",
        "Load the Keras model or the SavedModel that it was made from.",
        _json(b'"modelTopology"', b'"weightsManifest"'),
        PREDICTS,
    ),
    Unsupported(
        "the configuration of a Hugging Face model, without its weights",
        "Open the folder that it lies in, a zip of it, or all of its files at once.",
        _json(b'"model_type"', b'"transformers_version"', b'"architectures"'),
    ),
    Unsupported(
        "the index of a Hugging Face model's weights, without them",
        "Open the folder that it lies in, a zip of it, or all of its files at once.",
        _json(b'"weight_map"'),
    ),
    Unsupported("a Keras architecture without its weights", WHOLE, _json(b'{"class_name"')),
    Unsupported(
        "the index of a TensorFlow checkpoint, which holds weights without a graph",
        "Save a SavedModel, or freeze the graph.",
        _tf_checkpoint,
    ),
    Unsupported("HDF5 weights without a model", WHOLE, _starts(b"\x89HDF\r\n\x1a\n")),
    Unsupported("a picture", "Choose a model file.", _starts(b"\x89PNG", b"\xff\xd8\xff", b"GIF8")),
    Unsupported("a NumPy array", SAVE, _starts(b"\x93NUMPY")),
    Unsupported("NumPy arrays in a zip archive", SAVE, _entry(".npy")),
    Unsupported(
        "a gzip archive without a model in it", CHOOSE, _starts(b"\x1f\x8b"), around=True
    ),
    Unsupported(
        "a tar archive without a model in it",
        f"{CHOOSE} {SAVE}",
        lambda file: file.head[257:262] == b"ustar",
        around=True,
    ),
    Unsupported(
        "an archive of a kind that is not unpacked here",
        INSIDE,
        _starts(b"BZh", b"\xfd7zXZ\0", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd"),
    ),
    Unsupported("a PDF document", "Choose a model file.", _starts(b"%PDF")),
    Unsupported(
        "a Git LFS pointer, not the file", "Run `git lfs pull`.", _starts(b"version https://git-lfs")
    ),
    Unsupported("a plain pickle", SAVE, _starts(b"\x80")),
    Unsupported(
        "a web page or an XML file", "Download the file itself, not its page.", _starts(b"<")
    ),
    Unsupported(
        "a zip archive that breaks off or is damaged",
        "Copy or download the file again.",
        lambda file: file.head.startswith(b"PK\x03\x04") and file.zip_names is None,
        "corrupt-file",
    ),
    Unsupported("a zip archive without a model in it", CHOOSE, _starts(b"PK"), around=True),
)  # fmt: skip


def unsupported_file(path: Path) -> ModelError:
    """The error for a file or folder that no format recognises."""
    if path.is_dir():
        held = [one.name for one in islice(path.rglob("*"), MOST_LOOKED_AT)]
        if CORE_ML_FILE in held:
            return _error(f"This is {CORE_ML}", ORIGINAL, PREDICTS)
        if ORBAX_FILE in held:
            return _error(f"This is {ORBAX}", JAX)
        return _error(
            "This is a folder without one model in it: neither a SavedModel nor config.json with "
            "weights",
            "Choose the model file, or the one folder that holds it.",
            around=True,
        )
    with path.open("rb") as stream:
        file = File(path, stream.read(HEAD))
    known = next((one for one in STRANGERS if one.seen(file)), None)
    if known is None:
        return _error("The bytes are of no known kind", KINDS, around=True)
    return _error(f"This is {known.what}", known.way, known.code, known.around)


def _error(what: str, hint: str, code: str = "unknown-format", around: bool = False) -> ModelError:
    facts = {"format": "unknown", **({"around": True} if around else {})}
    return ModelError(f"A model file was expected. {what}.", hint, code=code, **facts)
