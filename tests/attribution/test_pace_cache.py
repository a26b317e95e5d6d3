"""Paces are remembered by machine and model, and a file that cannot be read is forgotten."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from xai_core.attribution.pace import cache as module
from xai_core.attribution.pace.cache import Paces, key_of
from xai_core.base.pace import Pace
from xai_core.models.formats.base import LoadOptions

SHA256, SHAPE = "0" * 64, (3, 224, 224)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "paces.json"


def test_it_comes_back_also_in_another_process(file: Path) -> None:
    Paces(file).remember("a", Pace(4, True, 1))
    Paces(file).remember("b", Pace(8))
    Paces(file).remember("a", Pace(2, True, 1))
    assert (Paces(file).of("a"), Paces(file).of("b")) == (Pace(2, True, 1), Pace(8))
    assert Paces(file).of("c") is None


def test_by_default_it_lies_in_the_data_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    Paces().remember("a", Pace())
    assert [one.name for one in tmp_path.iterdir()] == ["paces.json"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", "[" * 100_000, '{"a": null}', '{"a": 4}', '{"a": {"batch": 4}}'),
        '{"a": {"batch_size": 0, "channels_last": true, "threads": 0}}',
        '{"a": {"batch_size": 1000000000000, "channels_last": true, "threads": 0}}',
        '{"a": {"batch_size": "4", "channels_last": true, "threads": 0}}',
        '{"a": {"batch_size": 4, "channels_last": 1, "threads": 0}}',
        '{"a": {"batch_size": 4, "channels_last": true, "threads": 1.5}}',
        '{"a": {"batch_size": 4, "channels_last": true, "threads": 5000}}',
        '{"a": {"batch_size": 4, "channels_last": true, "threads": 1, "autocast": true}}',
        '{"a": {"batch_size": 4, "channels_last": true, "threads": 1, "autocast": 0}}',
    ],
)
def test_what_is_broken_is_forgotten_and_written_anew(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text)
    assert Paces(file).of("a") is None
    Paces(file).remember("a", Pace(4))
    assert Paces(file).of("a") == Pace(4)


def test_what_a_version_without_autocast_wrote_is_known(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('{"a": {"batch_size": 4, "channels_last": true, "threads": 1}}')
    assert Paces(file).of("a") == Pace(4, True, 1)


def test_bytes_that_are_no_text_are_forgotten(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(bytes(range(256)))
    assert Paces(file).of("a") is None


def test_the_oldest_go(file: Path, monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    for name in "abac":
        Paces(file).remember(name, Pace())
    assert list(json.loads(file.read_text())) == ["a", "c"]


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    found = Paces(tmp_path / "data" / "paces.json")
    found.remember("a", Pace())
    assert found.of("a") is None


def test_many_threads_lose_nothing(file: Path) -> None:
    found = Paces(file)
    threads = [
        threading.Thread(target=found.remember, args=(str(n), Pace(n + 1))) for n in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found.of(str(n)) for n in range(16)] == [Pace(n + 1) for n in range(16)]


def test_another_model_shape_device_or_machine_has_another_key(monkeypatch) -> None:
    one = key_of(SHA256, LoadOptions(), SHAPE)
    assert one == key_of(SHA256, LoadOptions(), SHAPE)
    others = {
        key_of("1" * 64, LoadOptions(), SHAPE),
        key_of(SHA256, LoadOptions(architecture="resnet18"), SHAPE),
        key_of(SHA256, LoadOptions(), (3, 64, 64)),
        key_of(SHA256, LoadOptions(), SHAPE, "a GPU"),
    }
    for name in ("machine", "processor"):
        with monkeypatch.context() as changed:
            changed.setattr(module, name, lambda: "another")
            others.add(key_of(SHA256, LoadOptions(), SHAPE))
    with monkeypatch.context() as changed:
        changed.setenv("OMP_NUM_THREADS", "1000")
        others.add(key_of(SHA256, LoadOptions(), SHAPE))
    with monkeypatch.context() as changed:
        changed.setattr("importlib.metadata.version", lambda name: "0")
        others.add(key_of(SHA256, LoadOptions(), SHAPE))
    assert len(others - {one}) == 8
