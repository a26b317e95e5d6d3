"""In which order the layers of a head run, and where an activation is assumed."""

from __future__ import annotations

import pytest

from xai_core.models.weights.own.chain import chain_of
from xai_core.models.weights.own.head import NO_PART
from xai_core.models.weights.own.layers import UnclearError, layers_of


def _linear(path: str, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
    dot = f"{path}." if path else ""
    return {f"{dot}weight": (outputs, inputs), f"{dot}bias": (outputs,)}


def _norm(path: str, size: int) -> dict[str, tuple[int, ...]]:
    four = ("weight", "bias", "running_mean", "running_var")
    return {**{f"{path}.{leaf}": (size,) for leaf in four}, f"{path}.num_batches_tracked": ()}


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        (_linear("", 512, 5), "+"),
        ({**_linear("0", 512, 64), **_linear("3", 64, 5)}, "0* 3"),
        # A Sequential is numbered: 10 comes behind 2, in whatever order the file has them.
        ({**_linear("10", 64, 5), **_linear("2", 512, 64)}, "2* 10"),
        # Linear, BatchNorm1d, ReLU, Dropout, Linear
        ({**_linear("0", 8, 4), **_norm("1", 4), **_linear("4", 4, 2)}, "0 1* 4"),
        # fastai: BatchNorm1d, Dropout, Linear, ReLU, BatchNorm1d, Dropout, Linear
        (
            {**_norm("2", 16), **_linear("4", 16, 8), **_norm("6", 8), **_linear("8", 8, 2)},
            "2 4* 6 8",
        ),
        # Names tell no order, and safetensors sorts them: lengths do.
        ({**_norm("bn", 4), **_linear("cls", 4, 2), **_linear("fc", 8, 4)}, "fc bn* cls"),
        # Blocks of their own: the activation ends the first, the norm begins the second.
        ({**_linear("0.1", 8, 4), **_norm("1.0", 4), **_linear("1.1", 4, 2)}, "0.1* 1.0 1.1"),
    ],
)
def test_the_order_and_the_activations(shapes: dict[str, tuple[int, ...]], expected: str) -> None:
    chain = chain_of(layers_of(shapes))
    said = [f"{step.layer.path or '+'}{'*' * step.activated}" for step in chain.steps]
    assert " ".join(said) == expected


@pytest.mark.parametrize(
    "shapes",
    [
        {**_linear("a", 8, 4), **_linear("b", 8, 2)},
        {**_linear("a", 8, 8), **_linear("b", 8, 8), **_norm("n", 8)},
        {**_linear("0", 8, 4), **_linear("1", 5, 2)},
        # Linear, ReLU | BatchNorm1d, Dropout, Linear; or Linear | BatchNorm1d, ReLU, Linear
        {**_linear("0.1", 8, 4), **_norm("1.0", 4), **_linear("1.2", 4, 2)},
        {"conv.weight": (5, 512, 1, 1)},
        {"last.weight_g": (5, 1), "last.weight_v": (5, 8)},
        _norm("0", 8),
    ],
)
def test_what_is_not_clear_is_not_guessed(shapes: dict[str, tuple[int, ...]]) -> None:
    with pytest.raises(UnclearError):
        chain_of(layers_of(shapes))


@pytest.mark.parametrize(
    "name", ["loss.weight", "criterion.weight", "n_averaged", "projector.0.weight"]
)
def test_what_takes_no_part(name: str) -> None:
    assert NO_PART.search(name)


@pytest.mark.parametrize("name", ["head.weight", "classifier.0.weight", "glossary.weight"])
def test_what_takes_part(name: str) -> None:
    assert not NO_PART.search(name)
