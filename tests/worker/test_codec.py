from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worker.test_protocol import JSON
from xai_core.attribution.capabilities import Layer
from xai_core.attribution.result import Attribution
from xai_core.base.errors import (
    Cancelled,
    InputError,
    MethodError,
    ModelError,
    WorkerError,
    XaiError,
)
from xai_core.base.finding import Finding
from xai_core.models.formats.base import Inspection, LoadOptions
from xai_core.pictures.preprocessing import InputSpec
from xai_core.readiness.result import Availability, Verdict
from xai_core.targets import Prediction
from xai_core.worker import ModelCard
from xai_core.worker.wire.codec import decode, encode, error_from, error_to

FINDING = Finding("detach", "error", "It is cut.", "Remove it.", "net.py:3", None)
VALUES = [
    LoadOptions("onnx", "resnet18", (Path("/a/net.py"),), True, InputSpec()),
    LoadOptions(),
    Inspection("onnx", 12, "ab", {"Tensors": "3"}, True, ("acme.Net",), (FINDING,)),
    Verdict(
        "a.pt",
        "ab",
        "torch-eager",
        "ready",
        "It is.",
        (FINDING,),
        (1, 3, 8, 8),
        (1, 4),
        {"norm": 1.5, "count": 3, "nested": {"list": [1, None, "a"]}},
        {"saliency": Availability(True), "grad-cam": Availability(False, "no layer")},
    ),
    ModelCard("a", "b", "c", 1, InputSpec(), "l", None, ("cat", "dog"), 5, (FINDING,)),
    ModelCard("a", "b", "c", 1, InputSpec(), "l", "o2f", None, 5, (), "a GPU", True),
    Layer("conv", "Conv2d", 3, (1, 2, 3, 4), True),
]


def through(value: Any) -> tuple[Any, list[np.ndarray]]:
    arrays: list[np.ndarray] = []
    return json.loads(json.dumps(encode(value, arrays))), arrays


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_dataclass_comes_back(value: Any) -> None:
    data, arrays = through(value)
    assert decode(type(value), data, arrays) == value


def test_arrays_travel_beside_the_json() -> None:
    values = np.ones((1, 3, 4, 4), np.float32)
    sent = Attribution(values, "saliency", {"n": 3}, 1, (None, 2), (2, 2), 0.5, True)
    data, arrays = through(sent)
    got = decode(Attribution, data, arrays)
    assert got.values is values
    assert (got.target, got.native_size, got.parameters) == ((None, 2), (2, 2), {"n": 3})
    scores = Prediction("classes", "[0]", np.ones((1, 3), np.float32), (1, 3))
    data, arrays = through(scores)
    assert decode(Prediction, data, arrays).shape == (1, 3)


@pytest.mark.parametrize("array", [np.ones((3, 4, 4), np.float32), np.ones((1, 3, 4, 4))])
def test_an_array_of_another_shape_or_type_is_refused(array: np.ndarray) -> None:
    sent = Attribution(array, "saliency", {}, 1, (None,), (2, 2), 0.5, True)
    data, arrays = through(sent)
    with pytest.raises(WorkerError):
        decode(Attribution, data, arrays)


def test_numbers_of_numpy_become_plain() -> None:
    evidence = {"a": np.float32(0.5), "b": np.int64(3), "c": np.bool_(True), "d": np.arange(2)}
    sent = Verdict("a", "b", "c", "ready", "d", evidence=evidence)
    got = decode(Verdict, through(sent)[0])
    assert got.evidence == {"a": 0.5, "b": 3, "c": True, "d": [0, 1]}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("level", "excellent"),
        ("level", ["ready"]),
        ("file", 3),
        ("findings", {}),
        ("findings", [{}]),
        ("input_shape", [1.0]),
        ("input_shape", [True]),
        ("input_shape", "123"),
        ("methods", {"saliency": True}),
        ("unheard_of", 1),
    ],
)
def test_a_field_of_another_type_is_refused(field: str, value: object) -> None:
    data = through(VALUES[3])[0]
    data[field] = value
    with pytest.raises(WorkerError, match="breaks the protocol"):
        decode(Verdict, data)


def test_a_value_that_its_class_refuses_is_a_worker_error() -> None:
    data = through(VALUES[4])[0]
    data["input_spec"]["height"] = -1
    with pytest.raises(WorkerError):
        decode(ModelCard, data)


@given(JSON)
@pytest.mark.parametrize("kind", [Verdict, Inspection, ModelCard, Prediction, Attribution])
def test_any_json_gives_a_worker_error(kind: type, data: object) -> None:
    with pytest.raises(WorkerError):
        decode(kind, data)


@pytest.mark.parametrize("kind", [XaiError, ModelError, InputError, MethodError, WorkerError])
def test_an_error_comes_back_as_its_own_kind(kind: type[XaiError]) -> None:
    sent = kind("what came", "what to do", code="detach", place=Path("a.py"), count=np.int64(3))
    got = error_from(json.loads(json.dumps(error_to(sent))))
    assert type(got) is kind
    assert (got.message, got.hint, got.code) == ("what came", "what to do", "detach")
    assert got.facts == {"place": "a.py", "count": 3}


def test_cancelled_comes_back() -> None:
    assert isinstance(error_from(error_to(Cancelled())), Cancelled)


@given(
    JSON
    | st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["Cancelled", "ModelError", "XaiError", "SystemExit"]) | JSON,
            "message": JSON,
            "facts": st.dictionaries(
                st.sampled_from(["self", "message", "hint", "code", "data", "a b", ""]), JSON
            ),
        }
    )
)
def test_any_json_gives_an_error_of_the_family(data: object) -> None:
    with contextlib.suppress(WorkerError):
        assert isinstance(error_from(data), XaiError)
