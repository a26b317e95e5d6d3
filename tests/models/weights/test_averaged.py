"""Which of several sets of weights is taken."""

from __future__ import annotations

import pytest
import torch

from xai_core.base.errors import ModelError
from xai_core.models.weights.averaged import averaged, choice_finding, chosen
from xai_core.models.weights.state_dicts import state_dicts

ONE = {"fc.weight": torch.zeros(5, 8), "bn.running_mean": torch.zeros(8)}
OTHER = {name: tensor + 1 for name, tensor in ONE.items()}
LARGER = {"fc.weight": torch.zeros(5, 16), "bn.running_mean": torch.zeros(16)}


@pytest.mark.parametrize(
    "name",
    ["state_dict_ema", "ema", "model_ema", "ema_state_dict", "teacher", "swa_model", "params_ema"],
)
def test_names_of_averages(name: str) -> None:
    assert averaged(name)
    choice = chosen(state_dicts({"state_dict": ONE, name: OTHER}))
    assert choice.states[0].entry == name
    assert choice.alternatives == (name, "state_dict")


@pytest.mark.parametrize("name", ["state_dict", "model", "schemas.head", "emails"])
def test_names_of_no_averages(name: str) -> None:
    assert not averaged(name)


def test_a_larger_teacher_is_no_average() -> None:
    choice = chosen(state_dicts({"teacher": LARGER, "student": ONE}))
    assert choice.states[0].entry == "student"
    assert choice_finding("student", choice.alternatives, False)[0].code == "weights-chosen"


def test_an_average_of_the_parameters_takes_the_statistics() -> None:
    found = chosen(state_dicts({"model": ONE, "ema": {"fc.weight": OTHER["fc.weight"]}}))
    first = found.states[0]
    assert first.entry == "ema"
    assert torch.equal(first.tensors["fc.weight"], OTHER["fc.weight"])
    assert torch.equal(first.tensors["bn.running_mean"], ONE["bn.running_mean"])


def test_a_name_that_there_is_not() -> None:
    with pytest.raises(ModelError, match="state_dict, ema") as caught:
        chosen(state_dicts({"state_dict": ONE, "ema": OTHER}), "swa")
    assert caught.value.code == "weights-chosen"


def test_one_set_needs_no_word() -> None:
    choice = chosen(state_dicts(ONE))
    assert (choice.alternatives, choice_finding("", choice.alternatives, False)) == ((), ())
