"""A TensorFlow graph runs without trust where each of its operations is known to only compute."""

from __future__ import annotations

import pytest

from scripts.tensorflow_operations import computes, operations
from tests.dose import soaked
from xai_core.models.tensorflow.nodes import Graph, Node
from xai_core.models.tensorflow.safety import REACHES_OUT, SAVERS, computing, unsafe

UNKNOWN = ("WriteToShell", "XlaCustomCall", "BatchFunction", "Barrier", "SleepOp", "MadeUpTomorrow",
           "NcclReduce", "GetOptions", "DTensorAllReduce", "MlirPassthroughOp", "conv2d", "Conv2D ",
           "", "PyFuncStateless", "XlaCallModule", "StubResourceHandleOp")  # fmt: skip
HONEST = ("Conv2D", "Relu", "Einsum", "StatelessIf", "ReadVariableOp", "ResizeBilinear",
          "StatefulPartitionedCall", "FusedBatchNormV3", "Assert", "HashTableV2", "DecodeJpeg",
          "TensorListGetItem", "RandomUniform", "QueueDequeueV2", "ApplyAdam")  # fmt: skip


@pytest.mark.parametrize("op", UNKNOWN)
def test_what_is_not_known_to_compute_is_refused(op: str) -> None:
    for roots in (None, frozenset({"x"}), frozenset({"other"})):
        found = unsafe(Graph({"x": Node("x", op)}, {}), roots)
        assert found is not None
        assert found.code == "unsafe-code"
    inside = Graph({"x": Node("x", "PartitionedCall", calls=("f",))}, {"f": (Node("y", op),)})
    assert unsafe(inside, frozenset({"x"}))


@pytest.mark.parametrize("op", HONEST)
def test_what_computes_is_let_through(op: str) -> None:
    assert unsafe(Graph({"x": Node("x", op)}, {}), frozenset({"x"})) is None


def test_nothing_on_the_list_reaches_out() -> None:
    assert not [op for op in computing() if REACHES_OUT.search(op) or op in SAVERS]


def test_the_rule_is_told_by_types() -> None:
    plain = {"name": "Some", "stateful": False, "kinds": ["float"], "texts": ["equation"]}
    assert computes(plain)
    assert not computes({**plain, "texts": ["filename"]})
    assert not computes({**plain, "kinds": ["float", "string"]})
    assert not computes({**plain, "kinds": ["resource"]})
    assert not computes({**plain, "stateful": True})
    assert not computes({**plain, "name": "SomeFile"})


@soaked
@pytest.mark.xdist_group("tensorflow")
def test_the_list_is_that_of_the_installed_version() -> None:
    assert set(operations()) == computing()
