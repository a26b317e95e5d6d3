"""A kept run, read again: by this version or from an earlier one."""

from __future__ import annotations

import errno
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from xai_core.base.errors import InputError
from xai_core.base.target import explained_from
from xai_core.maps.recipe import Recipe
from xai_core.pictures.backgrounds import held as backgrounds
from xai_core.pictures.preprocessing import InputSpec
from xai_core.runs.figures import Guess, score_from
from xai_core.runs.manifest import NESTED, SCHEMA, attribution_from
from xai_core.runs.run import Run
from xai_core.scores import seeds as seed_scores
from xai_core.targets.outputs import OutputForm

STUDY = "study"  # the kind of a folder that `study_result` writes
UNREADABLE = (
    *(OSError, KeyError, ValueError, TypeError, AttributeError, EOFError, RecursionError),
    *(InputError, zipfile.BadZipFile, zlib.error),
)
# The system says so of a file that may be whole: too many are open, or a disk is out of reach.
PASSING = (
    *(errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.EINTR, errno.EIO),
    *(errno.ETIMEDOUT, getattr(errno, "ESTALE", errno.EIO)),
)


def passes(error: BaseException | None) -> bool:
    """Whether a file could not be read for a cause that says nothing about the file."""
    while error is not None and not isinstance(error, OSError):
        error = error.__cause__
    return error is not None and error.errno in PASSING


def open_run(folder: Path | str) -> Run:
    """The run that `Run.write` wrote, by this version or an earlier one. Nothing is unpickled.

    Raises `InputError` where there is none, or it is broken or of a later version.
    """
    folder = Path(folder)
    data = read_facts(folder)
    if data.get("kind") == STUDY:
        raise InputError("This is a study of many pictures.", "Open it with `xai_core.open_study`.")
    try:
        with np.load(folder / "maps.npz", allow_pickle=False) as maps:
            attributions = {
                name: attribution_from(entry, maps[name])
                for name, entry in data.pop("attributions").items()
            }
        backgrounds.read_beside(folder)
        with Image.open(folder / "picture.png") as picture:
            pixels = np.asarray(picture.convert("RGB"))
        spec, explained, form = (data.pop(name, None) for name in NESTED)
        return Run(
            **{
                **data,
                "content": tuple(data["content"]),
                "guesses": tuple(Guess(**guess) for guess in data["guesses"]),
                "recipe": Recipe.from_dict(data["recipe"]),
                "scores": {name: score_from(score) for name, score in data["scores"].items()},
                "attributions": attributions,
                "pixels": pixels,
                "input_spec": InputSpec.from_dict(spec) if spec else None,
                "explained": explained_from(explained) if explained else None,
                "form": OutputForm.from_dict(form) if form else None,
                "other_inputs": tuple(data.get("other_inputs", ())),
                "seeds": seed_scores.beside(folder, attributions),
            }
        )
    except UNREADABLE as cause:
        raise _unreadable(folder, cause) from cause


def read_facts(folder: Path) -> dict[str, Any]:
    """What `run.json` says, without the maps. Raises `InputError` as `open_run` does."""
    try:
        data: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        schema = int(data.pop("schema"))
    except UNREADABLE as cause:
        raise _unreadable(folder, cause) from cause
    if schema > SCHEMA:
        raise InputError(
            f"This run was written by a later version (schema {schema}; known up to {SCHEMA}).",
            "Update Pedestal.",
        )
    return data


def _unreadable(folder: Path, cause: Exception) -> InputError:
    return InputError(f"There is no readable run in {folder.name}: {cause}.")
