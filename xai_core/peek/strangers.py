"""Files that people try and that are no model in a known format: what they are, what to do."""

from __future__ import annotations

from pathlib import Path

from xai_core.errors import ModelError
from xai_core.peek.zips import zip_names

ORIGINAL = "Load the PyTorch or Keras model that it was made from."
SAVE = "Save the model with torch.save(model, path), or its weights with model.state_dict()."
STARTS = (
    (b"\x89HDF\r\n\x1a\n", "HDF5 weights without a model", "Save the whole Keras model."),
    (b"\x89PNG", "a picture", "Choose a model file."),
    (b"\xff\xd8\xff", "a picture", "Choose a model file."),
    (b"\x93NUMPY", "a NumPy array", SAVE),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and choose the model inside."),
    (b"%PDF", "a PDF document", "Choose a model file."),
    (b"version https://git-lfs", "a Git LFS pointer, not the file", "Run `git lfs pull`."),
    (b"\x80", "a plain pickle", SAVE),
    (b"<", "a web page or an XML file", "Download the file itself, not its page."),
)


def stranger(path: Path) -> ModelError:
    """The error for a file that no format recognises."""
    if path.is_dir():
        return ModelError(
            "A model file was expected; this is a folder without a SavedModel in it.",
            "Choose the model file itself.",
            code="unknown-format",
            format="unknown",
        )
    with path.open("rb") as file:
        head = file.read(512)
    if head[4:8] == b"TFL3":
        return ModelError(
            "This is a TensorFlow Lite model: it predicts, but has no gradients.",
            ORIGINAL,
            code="inference-format",
            format="unknown",
        )
    if head.startswith(b"PK\x03\x04") and zip_names(path) is None:
        return ModelError(
            "This is a zip archive that breaks off or is damaged.",
            "Copy or download the file again.",
            code="corrupt-file",
            format="unknown",
        )
    what, hint = next(
        ((what, hint) for start, what, hint in STARTS if head.startswith(start)),
        (None, "Pedestal reads PyTorch, TorchScript, ONNX, Keras and TensorFlow model files."),
    )
    if head.startswith(b"PK\x03\x04"):
        what, hint = "a zip archive without a model in it", "Choose the model file itself."
    if head[257:262] == b"ustar":
        what, hint = "a tar archive", "Unpack it and choose the model inside. " + SAVE
    message = f"This is {what}" if what else "The bytes are of no known kind"
    return ModelError(
        f"A model file was expected. {message}.", hint, code="unknown-format", format="unknown"
    )
