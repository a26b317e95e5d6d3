"""A saturated probability is told, with what to do; log-odds are the way out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.attribution.test_final_activation import PICTURE, body, cosine
from xai_core import explain
from xai_core.base.target import Target
from xai_core.readiness import assess
from xai_core.readiness.result import Verdict

LOG_ODDS = Target("log-odds")


def saturated(end: nn.Module) -> nn.Module:
    """1 − p is about 1e-9 of class 2."""
    net = nn.Sequential(*body(), end).eval()
    picture = torch.from_numpy(PICTURE)
    with torch.no_grad():
        scores = net[:-1](picture)
        net[-2].bias += 20 * torch.eye(4)[2] - scores[0]
    return net


def codes(verdict: Verdict) -> dict[str, str]:
    return {one.code: one.severity for one in verdict.findings}


def hidden(net: nn.Module) -> nn.Module:
    return torch.jit.script(net)


def odds(net: nn.Module) -> np.ndarray:
    """Its gradient in double precision, from the logits."""
    leaf = torch.from_numpy(PICTURE).double().requires_grad_(True)
    scores = net.double()[:-1](leaf)[0]
    sigmoid = isinstance(net[-1], nn.Sigmoid)
    value = scores[2] if sigmoid else scores[2] - scores[[0, 1, 3]].logsumexp(0)
    (found,) = torch.autograd.grad(value, leaf)
    net.float()
    return found.numpy()


def test_what_goes_into_a_visible_softmax_is_assessed_and_said() -> None:
    verdict = assess(saturated(nn.Softmax(1)), PICTURE)
    assert verdict.level == "ready"
    assert verdict.evidence["explained"] == "the score of class 2 before the softmax"
    assert codes(verdict)["final-activation"] == "info"
    assert verdict.evidence["map_precision_cosine"] > 0.999
    assert "saturated-score" not in codes(verdict)


def test_a_hidden_one_that_saturates_is_warned_of() -> None:
    verdict = assess(hidden(saturated(nn.Softmax(1))), PICTURE)
    (found,) = (one for one in verdict.findings if one.code == "saturated-score")
    assert found.severity == "warning"
    assert "log-odds" in found.hint
    # The same on Keras and TensorFlow: at 1 − p = 2.4e-9 float32 had cosine 0.79 with float64.


def test_its_log_odds_have_the_gradient_that_double_precision_gives() -> None:
    net = saturated(nn.Softmax(1))
    found = explain(hidden(net), PICTURE, LOG_ODDS, "saliency", absolute=False)
    assert cosine(found.values, odds(net)) > 0.999
    assert "saturated-score" not in codes(assess(hidden(net), PICTURE, LOG_ODDS))


@pytest.mark.parametrize("end", [nn.Softmax(1), nn.LogSoftmax(1), nn.Sigmoid()])
def test_log_odds_are_taken_before_a_visible_activation(end: nn.Module) -> None:
    net, target = saturated(end), Target("log-odds", {"index": 2})
    found = explain(net, PICTURE, target, "saliency", absolute=False)
    assert cosine(found.values, odds(net)) > 0.999


def test_a_sigmoid_that_is_rounded_to_1_is_warned_of() -> None:
    verdict = assess(hidden(saturated(nn.Sigmoid())), PICTURE, 2)
    assert codes(verdict)["saturated-score"] == "warning"


@pytest.mark.parametrize("scale", [1e-3, 1.0])
def test_a_probability_that_does_not_saturate_is_not(scale: float) -> None:
    net = nn.Sequential(*body(), nn.Softmax(1)).eval()
    net[-2].weight.data.mul_(scale / 60)
    verdict = assess(hidden(net), PICTURE)
    assert "saturated-score" not in codes(verdict)
    assert verdict.evidence["map_precision_cosine"] > 0.999


def test_a_probability_asked_for_by_name_is_warned_of_although_the_softmax_is_seen() -> None:
    verdict = assess(saturated(nn.Softmax(1)), PICTURE, Target("probability"))
    (found,) = (one for one in verdict.findings if one.code == "saturated-score")
    assert "class score" in found.hint


def test_a_gradient_that_needs_double_precision_is_told() -> None:
    class Rounded(nn.Module):
        """In float32 nothing is left of the picture but 0 and 1; double keeps it."""

        def __init__(self) -> None:
            super().__init__()
            self.net = body()

        def forward(self, x: Tensor) -> Tensor:
            return self.net(x + 1e7 - 1e7) + 1e4

    verdict = assess(Rounded().eval(), PICTURE)
    assert verdict.evidence["map_precision_cosine"] < 0.95
    assert codes(verdict)["imprecise-gradient"] == "warning"


def test_an_embedding_under_the_name_of_a_class_is_warned_of_first() -> None:
    class Embedding(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = body()

        def forward(self, x: Tensor) -> dict[str, Tensor]:
            return {"embedding": self.net(x)}

    first = assess(Embedding().eval(), PICTURE).findings[0]
    assert (first.code, first.severity) == ("doubtful-entry", "warning")
