"""Files of every format, damaged at random: whatever comes of them is an `XaiError`.

A death or a hang in a library is one, too: the process ends, and the caller is told.
"""

from __future__ import annotations

import contextlib
import random
import time
import zipfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.corpus.archives import keras_file
from tests.dose import dose
from tests.fuzz.mutation import mutated
from tests.models.formats import onnx_files
from tests.models.formats.samples import SAMPLES
from xai_core.base.errors import XaiError
from xai_core.models.formats.base import FORMATS, LoadOptions
from xai_core.models.loading import load_model, recognise
from xai_core.worker import Worker
from xai_core.worker.process.budget import Budget

pytestmark = [pytest.mark.xdist_group("fuzz"), pytest.mark.filterwarnings("ignore")]
SEED = 20261124
# For each kind of file; every kind is damaged once at least.
SECONDS = {"inspect": dose(0.2, 60.0), "load": dose(0.4, 60.0)}
ESCAPED = "The model's process failed with"  # an exception that is no XaiError


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A sound file of every kind."""
    folder = tmp_path_factory.mktemp("sound")
    found = {"keras-whole": keras_file(".keras"), "keras-h5-whole": keras_file(".h5")}
    for name, (_, write) in SAMPLES.items():
        write(folder / name)
        found[name] = (folder / name).read_bytes()
    path = onnx_files.saved(
        onnx_files.built(onnx_files.convolution(), onnx_files.weights()), folder / "o"
    )
    return {**found, "onnx-whole": path.read_bytes()}


def damaged(sound: dict[str, bytes], path: Path, seconds: float) -> Iterator[str]:
    """Writes one damaged file after the other; what each is made from."""
    names = list(sound)
    end = time.monotonic() + seconds * len(names)
    for number in count():
        if number >= len(names) and time.monotonic() > end:
            print(f"{number} damaged files of {len(names)} kinds, seeds from {SEED} on")
            return
        name = names[number % len(names)]
        path.write_bytes(mutated(sound[name], random.Random(SEED + number)))  # noqa: S311
        yield f"{name} {number}"


def test_every_format_is_there(sound: dict[str, bytes], tmp_path: Path) -> None:
    seen = set()
    for data in sound.values():
        (tmp_path / "x").write_bytes(data)
        seen.add(recognise(tmp_path / "x").name)
    assert seen >= {plugin.name for plugin in FORMATS}


def test_looking_inside_gives_an_inspection_or_an_xai_error(
    sound: dict[str, bytes], tmp_path: Path
) -> None:
    escaped = []
    with Worker(time_limit=5) as worker:
        for made in damaged(sound, tmp_path / "x", SECONDS["inspect"]):
            try:
                worker.inspect(tmp_path / "x")
            except XaiError as error:
                if error.message.startswith(ESCAPED):
                    escaped.append(f"{made}: {error.message}")
    assert not escaped


def test_an_entry_without_a_name_is_no_accident(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        archive.writestr("a/saved_model.pb", b"x")
        archive.writestr("b", b"x")
        archive.infolist()[-1].filename = ""
    with pytest.raises(XaiError):
        load_model(tmp_path / "x")


def test_a_library_that_never_comes_back_is_stopped(
    sound: dict[str, bytes], tmp_path: Path
) -> None:
    """HDF5 loops for ever on these bytes, where it does not find them broken."""
    (tmp_path / "x").write_bytes(mutated(sound["keras-h5-whole"], random.Random(777_001)))  # noqa: S311
    with Worker(time_limit=3) as worker:
        worker._connection.started()
        start = time.monotonic()
        with contextlib.suppress(XaiError):
            worker.inspect(tmp_path / "x")
        assert time.monotonic() - start < 60  # its library never would come back
        (tmp_path / "x").write_bytes(sound["state-dict"])
        assert worker.inspect(tmp_path / "x").format == "torch-weights"


def test_loading_gives_a_model_or_an_xai_error(sound: dict[str, bytes], tmp_path: Path) -> None:
    escaped = []
    with Worker(budget=Budget(memory=4 * 2**30), time_limit=10) as worker:
        for made in damaged(sound, tmp_path / "x", SECONDS["load"]):
            try:
                worker.load(tmp_path / "x", LoadOptions())
            except XaiError as error:
                if error.message.startswith(ESCAPED):
                    escaped.append(f"{made}: {error.message}")
    assert not escaped
