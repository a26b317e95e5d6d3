from __future__ import annotations

import pytest
import torch
from torch import nn

from xai_core.base.errors import ModelError
from xai_core.models.script.graph import check_graph
from xai_core.models.script.trust import check_words

pytestmark = pytest.mark.filterwarnings("ignore")


class Saves(nn.Module):
    def forward(self, x: torch.Tensor, wanted: bool = False) -> torch.Tensor:
        if wanted:
            torch.save(x, "canary")
        return x


def test_what_torch_has_understood_is_looked_at_too() -> None:
    check_graph(torch.jit.script(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Dropout())))
    with pytest.raises(ModelError, match="aten::save") as caught:
        check_graph(torch.jit.script(Saves()))
    assert caught.value.code == "unsafe-code"


def test_operators_that_the_list_does_not_have_are_asked_of_torch() -> None:
    check_words({"m/code/a.py": b"x = torch.relu(features)\n"})
    library = torch.library.Library("aten", "FRAGMENT")
    library.define("brand_new_for_a_test(Tensor x) -> Tensor")
    with pytest.raises(ModelError, match="brand_new"):
        check_words({"m/code/a.py": b"y = x.brand_new_for_a_test()\n"})
