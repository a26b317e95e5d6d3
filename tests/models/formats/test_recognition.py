from __future__ import annotations

import contextlib
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.models.formats.samples import SAMPLES, SAVED_2, STRANGERS
from xai_core.base.errors import ModelError
from xai_core.models.formats.base import FORMATS
from xai_core.models.loading import inspect_file, load_model, recognise

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("name", ["model.txt", "model.onnx", "a.b"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_bytes_tell_the_format_and_names_do_not(sample: str, name: str, tmp_path: Path) -> None:
    expected, write = SAMPLES[sample]
    write(tmp_path / name)
    assert recognise(tmp_path / name).name == expected
    inspection = inspect_file(str(tmp_path / name))
    assert inspection.format == expected
    assert inspection.size == (tmp_path / name).stat().st_size
    assert len(inspection.sha256) == 64


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_file_is_of_one_format(sample: str, tmp_path: Path) -> None:
    expected, write = SAMPLES[sample]
    write(tmp_path / "x")
    assert [item.name for item in FORMATS if item.recognise(tmp_path / "x")] == [expected]


@pytest.mark.parametrize("sample", STRANGERS)
def test_strangers_are_named(sample: str, tmp_path: Path) -> None:
    code, write = STRANGERS[sample]
    write(tmp_path / "model.pt")
    for call in (recognise, inspect_file, load_model):
        with pytest.raises(ModelError) as caught:
            call(tmp_path / "model.pt")
        assert caught.value.code == code
        assert caught.value.hint


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no file"):
        load_model(tmp_path / "nothing.pt")


def test_savedmodel_folder(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(SAVED_2)
    assert recognise(tmp_path).name == "savedmodel"
    assert inspect_file(tmp_path).size == len(SAVED_2)


@pytest.mark.parametrize("sample", SAMPLES)
def test_damaged_files_give_model_errors_only(sample: str, tmp_path: Path) -> None:
    _, write = SAMPLES[sample]
    write(tmp_path / "x")
    data = (tmp_path / "x").read_bytes()
    draw = random.Random(0)  # noqa: S311 - repeatable damage
    for share in (0.001, 0.1, 0.5, 0.9, 0.99, 1.0):
        damaged = bytearray(data[: max(1, int(len(data) * share))])
        if share == 1.0:
            for _ in range(20):
                damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
        path = tmp_path / f"damaged-{share}"
        path.write_bytes(damaged)
        for call in (inspect_file, load_model):
            with contextlib.suppress(ModelError):
                call(path)


def test_random_bytes(tmp_path: Path) -> None:
    draw = random.Random(1)  # noqa: S311 - repeatable noise
    for index in range(60):
        path = tmp_path / str(index)
        path.write_bytes(draw.randbytes(draw.choice([1, 7, 64, 5000])))
        with pytest.raises(ModelError):
            load_model(path)


def test_inspection_imports_no_torch(tmp_path: Path) -> None:
    for sample, (_, write) in SAMPLES.items():
        write(tmp_path / sample)
    script = (
        "import sys, pathlib, xai_core.models.loading as loading\n"
        f"for path in sorted(pathlib.Path({str(tmp_path)!r}).iterdir()):\n"
        "    loading.inspect_file(path)\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
