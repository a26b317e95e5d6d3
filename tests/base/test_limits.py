"""What the environment sets, and what it must not."""

from __future__ import annotations

from dataclasses import fields

import pytest

from xai_core.base.errors import InputError
from xai_core.base.limits import Limits, default_workers


def test_the_defaults_fit_the_machine() -> None:
    assert 1 <= default_workers() <= 8
    assert Limits.from_environment({}) == Limits()


@pytest.mark.parametrize("name", [one.name for one in fields(Limits)])
def test_every_limit_can_be_set(name: str) -> None:
    variable = next(one.metadata["name"] for one in fields(Limits) if one.name == name)
    given = Limits.from_environment({variable: "3.5"})
    assert getattr(given, name) == 3.5
    assert Limits.from_environment({variable: ""}) == Limits()


@pytest.mark.parametrize("value", ["many", "0", "-1", "nan", "inf"])
def test_a_limit_that_is_none_is_refused_by_name(value: str) -> None:
    with pytest.raises(InputError, match="PEDESTAL_WORKERS must be a number above 0"):
        Limits.from_environment({"PEDESTAL_WORKERS": value})
