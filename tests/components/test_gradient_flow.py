"""The gradient at every layer as a chart: whole decades upwards, layers in their order across."""

from __future__ import annotations

import math
from typing import Any

import pytest

from components.model import gradient_flow
from components.session import chart


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The charts that are drawn instead of being sent to a browser, as they would be sent."""
    found: list[Any] = []
    keep = lambda figure, **_: found.append(chart.escaped(figure))  # noqa: E731
    monkeypatch.setattr(chart, "show", keep)
    return found


def flow(*norms: float | None) -> list[dict[str, Any]]:
    return [{"layer": str(place), "kind": "Conv2d", "norm": one} for place, one in enumerate(norms)]


@pytest.mark.parametrize(
    ("norms", "marked"),
    [
        ((0.012, 0.034), ["0.01", "0.1"]),
        ((0.0065, 0.034), ["0.001", "0.01", "0.1"]),
        ((1.0, 1.0), ["1", "10"]),
        ((3e-9, 0.4), ["10⁻⁹", "10⁻⁷", "10⁻⁵", "10⁻³", "10⁻¹"]),
        ((2e-40, 5e3), None),
    ],
)
def test_the_axis_marks_whole_decades_and_nothing_between(
    drawn: list[Any], norms: tuple[float, ...], marked: list[str] | None
) -> None:
    gradient_flow.show(flow(*norms), key="flow")
    axis = drawn[0].layout.yaxis
    low, high = axis.range
    assert all(low <= math.log10(one) <= high for one in norms)
    powers = [math.log10(one) for one in axis.tickvals]
    assert all(abs(one - round(one)) < 1e-9 for one in powers)
    assert len(powers) == len(axis.ticktext) <= gradient_flow.MARKS + 1
    assert marked is None or list(axis.ticktext) == marked


def test_a_layer_that_is_called_by_a_number_keeps_its_place(drawn: list[Any]) -> None:
    """Plotly reads "12. 1" as the number 12.1 where the axis is not said to be one of names."""
    gradient_flow.show(flow(*[0.1] * 12, None), key="flow")
    axis = drawn[0].layout.xaxis
    assert axis.type == "category"
    assert list(axis.tickvals) == list(drawn[0].data[0].x)
    assert len(set(axis.tickvals)) == 13
    assert drawn[0].layout.shapes[0].x0 == axis.tickvals[-1]


def test_a_long_name_is_told_by_its_number_and_its_end() -> None:
    assert gradient_flow._short("3. conv") == "3. conv"
    short = gradient_flow._short("11. features.denseblock1.norm2")
    assert short == "11. …ck1.norm2"
    assert len(short) == gradient_flow.SIGNS
