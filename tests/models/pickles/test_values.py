"""Plain values of a checkpoint come out as they went in; objects come out as husks."""

from __future__ import annotations

import argparse
import datetime
from collections import Counter, OrderedDict, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.models.formats.hostile import Reduced
from xai_core.base.errors import ModelError
from xai_core.models.pickles.restored.values import Husk
from xai_core.models.pickles.tensors import load_tensors
from xai_core.models.pickles.torch_file import read_torch_file


def round_trip(value: Any, path: Path, **options: Any) -> Any:
    torch.save(value, path, **options)
    return load_tensors(path, read_torch_file(path))


PLAIN = {
    "numbers": [1, -(2**70), 2.5, True, None, 1 + 2j],
    "texts": {"name": "ü", "raw": b"\x00\xff", "rest": bytearray(b"ab")},
    "places": ((), (1, (2,)), {3, 4}, frozenset({5})),
    "torch": [torch.float16, torch.Size([1, 2]), torch.device("cpu")],
    "keys": {1: "a", (2, "b"): 3, None: 4, torch.float32: 5},
}


@pytest.mark.parametrize("kind", PLAIN)
def test_plain_values_are_as_saved(kind: str, tmp_path: Path) -> None:
    assert round_trip({"w": torch.rand(2), "x": PLAIN[kind]}, tmp_path / "m")["x"] == PLAIN[kind]


def test_containers_become_plain_ones(tmp_path: Path) -> None:
    ordered = OrderedDict(a=1, b=2)
    vars(ordered)["values"] = "mine"
    found = round_trip(
        {
            "w": torch.rand(2),
            "ordered": ordered,
            "counter": Counter("aab"),
            "default": defaultdict(list, {"x": [1]}),
        },
        tmp_path / "m",
    )
    assert found["ordered"] == {"a": 1, "b": 2}
    assert type(found["ordered"]) is dict
    assert found["counter"] == {"a": 2, "b": 1}
    assert found["default"] == {"x": [1]}


def test_objects_are_husks_with_plain_attributes(tmp_path: Path) -> None:
    held = {
        "w": torch.rand(2),
        "args": argparse.Namespace(lr=0.1, size=(224, 224)),
        "best": np.float64(0.5),
        "when": datetime.date(2020, 1, 1),
        "layer": nn.Linear,
        "optimiser": torch.optim.SGD([nn.Parameter(torch.rand(2))], momentum=0.9),
    }
    found = round_trip(held, tmp_path / "m")
    assert vars(found["args"]) == {"lr": 0.1, "size": (224, 224)}
    assert type(found["best"]) is type(found["when"]) is type(found["layer"]) is Husk
    assert vars(found["optimiser"])["defaults"]["momentum"] == 0.9


def test_shared_and_circular_containers(tmp_path: Path) -> None:
    shared: list[Any] = [1]
    circle: dict[str, Any] = {"shared": shared, "again": shared}
    circle["self"] = circle
    found = round_trip({"w": torch.rand(2), "x": circle}, tmp_path / "m")["x"]
    assert found["shared"] is found["again"]
    assert found["self"] is found


def test_parameters_as_keys_are_left_out(tmp_path: Path) -> None:
    key = nn.Parameter(torch.rand(2))
    found = round_trip({"w": torch.rand(2), "state": {key: 1, "lr": 2}}, tmp_path / "m")
    assert found["state"] == {"lr": 2}


@pytest.mark.parametrize(
    "made",
    [
        Reduced(torch.Size, "ab"),
        Reduced(torch.Size, [2**63]),
        Reduced(torch.device, 3),
        Reduced(bytearray, 10**12),
        Reduced(complex, "1j"),
        Reduced(set, "abc"),
    ],
    ids=lambda made: f"{made.call[0].__name__} {made.call[1][0]}",
)
def test_what_is_made_of_something_else_is_refused(made: Reduced, tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        round_trip({"w": torch.rand(2), "x": made}, tmp_path / "m")
    assert caught.value.code == "unsafe-code"


def test_long_names_within_each_other_take_little(tmp_path: Path) -> None:
    held: Any = torch.rand(1)
    for _ in range(60):
        held = {"n" * 100_000: held}
    found = round_trip({"w": torch.rand(2), "x": held}, tmp_path / "m")
    assert len(next(iter(found["x"]))) == 100_000


def test_the_layout_of_before_is_read(tmp_path: Path) -> None:
    held = {"w": torch.rand(3, 2), "n": 3}
    found = round_trip(held, tmp_path / "m", _use_new_zipfile_serialization=False)
    assert torch.equal(found["w"], held["w"])
    assert found["n"] == 3


@pytest.mark.parametrize("cut", [1, 8, 20, 40])
def test_the_layout_of_before_that_breaks_off(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "m"
    torch.save({"w": torch.rand(3, 2)}, path, _use_new_zipfile_serialization=False)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises((ModelError, EOFError)):
        load_tensors(path, read_torch_file(path))
