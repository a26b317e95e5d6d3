"""Controls as one file beside the run that they are of: arrays and JSON, no pickle."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from contextlib import suppress

import numpy as np

from xai_core.base.arrays import Values
from xai_core.runs.controls.base import CONTROLS
from xai_core.runs.sanity import Controls

FILE, SCHEMA = "controls.npz", 1
UNREADABLE = (
    *(OSError, KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError),
    *(RecursionError, zipfile.BadZipFile, zlib.error),
)


def written(controls: Controls, digest: str) -> bytes:
    """The file of controls. digest: of the run's maps, which they belong to."""
    named = {("", name): values for name, values in controls.of_picture.items()}
    for control, maps in controls.of_methods.items():
        named |= {(control, name): values for name, values in maps.items()}
    told = {
        "schema": SCHEMA,
        "digest": digest,
        "names": [list(name) for name in named],
        "controls": list(controls.of_methods),
        "failures": dict(controls.failures),
    }
    arrays = {str(number): values for number, values in enumerate(named.values())}
    found = io.BytesIO()
    np.savez_compressed(found, allow_pickle=False, told=np.array(json.dumps(told)), **arrays)
    return found.getvalue()


def read(data: bytes, digest: str) -> Controls | None:
    """What `written` gave; None where it cannot be read, or is of other maps."""
    with suppress(*UNREADABLE), np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        told = json.loads(str(arrays["told"]))
        if int(told["schema"]) > SCHEMA or told["digest"] != digest:
            return None
        picture: dict[str, Values] = {}
        # One of another version has no title here.
        methods: dict[str, dict[str, Values]] = {
            str(one): {} for one in told["controls"] if one in CONTROLS
        }
        for number, (control, name) in enumerate(told["names"]):
            if (control or name) in CONTROLS:
                place = methods[control] if control else picture
                place[str(name)] = arrays[str(number)].astype(np.float32, copy=False)
        failures = {str(name): str(why) for name, why in told["failures"].items()}
        return Controls(picture, methods, failures)
    return None
