"""Presets: what each keeps of a model's methods, and when it is offered at all."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable

import pytest

from xai_core.attribution.methods.base import METHODS
from xai_core.base.errors import InputError
from xai_core.cli.requests import methods_of
from xai_core.readiness.result import Availability, Level, Verdict
from xai_core.readiness.verdict.presets import PRESETS, offered, preset_of


def verdict(level: Level, lacking: Iterable[str] = ()) -> Verdict:
    without = set(lacking)
    methods = {name: Availability(name not in without, "because") for name in METHODS.names()}
    return Verdict("net.pt", "0" * 64, "torch-eager", level, "", methods=methods)


def family(*names: str) -> set[str]:
    return {one.name for one in METHODS if one.family in names}


def names_of(found: Verdict | None) -> dict[str, tuple[str, ...]]:
    return {one.name: methods for one, methods in offered(found).items()}


def test_every_preset_holds_methods_that_there_are() -> None:
    for preset in PRESETS:
        assert set(preset.methods) <= set(METHODS.names())
        assert len(preset.members()) >= preset.least
        assert preset.sentence.endswith(".")
    assert set(preset_of("fair").members()) == set(METHODS.names())


def test_a_preset_keeps_what_can_run_and_is_offered_where_that_is_enough() -> None:
    convolutional = names_of(verdict("ready", family("attention")))
    assert set(convolutional) == {"quick", "pair", "black-box", "fair"}
    assert set(convolutional["fair"]) == set(METHODS.names()) - family("attention")
    transformer = names_of(verdict("ready", {"guided-backprop", "grad-cam"}))
    assert transformer["quick"] == ("saliency",)
    assert "pair" not in transformer
    assert family("attention") <= set(transformer["vit"])
    by_gradient = {one.name for one in METHODS if one.needs_gradient}
    predicts = names_of(verdict("inference-only", by_gradient))
    assert set(predicts) == {"black-box", "fair"}
    assert set(predicts["black-box"]) == family("perturbation")
    assert names_of(verdict("rejected")) == {}
    assert set(names_of(None)) == {one.name for one in PRESETS}


def test_the_command_line_takes_presets_by_name() -> None:
    given = Namespace(methods=[["@quick", "smoothgrad"], ["saliency"]])
    assert [*methods_of(given)] == ["saliency", "guided-backprop", "grad-cam", "smoothgrad"]
    with pytest.raises(InputError, match="no preset"):
        methods_of(Namespace(methods=[["@fast"]]))
