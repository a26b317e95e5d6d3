"""Autocast: refused where it is not offered, close to float32, and its effect as measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.attribution.nets import NETS, layered, pictures
from xai_core.attribution import autocast
from xai_core.attribution.autocast import COSINE, DIFFERENCE, AutocastScorer
from xai_core.attribution.explanation import explain
from xai_core.attribution.meter import Meter
from xai_core.attribution.passes.folding import Folding
from xai_core.attribution.passes.followed import replaced
from xai_core.attribution.result import Attribution
from xai_core.base.arrays import Values
from xai_core.base.device import best_device
from xai_core.base.errors import InputError, MethodError
from xai_core.base.pace import Pace

DEVICES = sorted({"cpu", best_device().type})
NARROW = Pace(8, autocast=True)
SAMPLED: dict[str, dict[str, Any]] = {
    "smoothgrad": {"m": 16},
    "noisegrad": {"n": 9},
    "fusiongrad": {"n": 3, "m": 5},
    "integrated-gradients": {"n_steps": 20},
}


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """On every device: the CPU runs the very same code."""
    monkeypatch.setattr(autocast, "OFFERED", ("cpu", "cuda"))


def cosine(one: Values, other: Values) -> float:
    """Of the two maps as the default recipe has them."""
    a, b = (np.abs(values[0].astype(np.float64).sum(0)).ravel() for values in (one, other))
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def both(net: nn.Module, method: str = "smoothgrad", **given: Any) -> tuple[Attribution, Values]:
    """By autocast, and in float32 at the same batches."""
    plain = explain(net, pictures(), 1, method, pace=Pace(8), **given)
    return explain(net, pictures(), 1, method, pace=NARROW, **given), plain.values


@contextmanager
def convolved(net: nn.Module) -> Iterator[list[torch.dtype]]:
    """The type of what the first convolution gives, pass by pass."""
    found: list[torch.dtype] = []
    first = next(one for one in net.modules() if isinstance(one, nn.Conv2d))
    handle = first.register_forward_hook(lambda layer, inputs, output: found.append(output.dtype))
    yield found
    handle.remove()


@pytest.mark.usefixtures("offered")
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("method", SAMPLED)
def test_a_map_is_close_to_float32s_and_is_float32(method: str, device: str) -> None:
    ours, plain = both(layered().to(device), method, **SAMPLED[method])
    assert ours.values.dtype == np.float32
    assert not np.array_equal(ours.values, plain)
    assert cosine(ours.values, plain) > 0.99
    assert 0.99 < ours.chosen[COSINE] <= 1.0
    assert 0.0 < ours.chosen[DIFFERENCE] < 0.1


@pytest.mark.usefixtures("offered")
@pytest.mark.parametrize("net", NETS)
def test_every_net_runs_so_and_is_as_before(net: str) -> None:
    model = NETS[net]()
    before = {name: one.clone() for name, one in model.state_dict().items()}
    ours, plain = both(model, m=8)
    assert cosine(ours.values, plain) > 0.98
    for name, one in model.state_dict().items():
        assert one.dtype == before[name].dtype
        assert torch.equal(one, before[name])


@pytest.mark.usefixtures("offered")
@pytest.mark.parametrize(
    ("method", "given"), [("smoothgrad", {"m": 8}), ("fusiongrad", {"n": 1, "m": 8})]
)
def test_the_effect_is_that_on_the_map_of_one_batch(method: str, given: dict[str, Any]) -> None:
    ours, plain = both(layered(), method, **given)
    found, expected = (one.astype(np.float64).sum(1).ravel() for one in (ours.values, plain))
    off = np.linalg.norm(found - expected) / np.linalg.norm(expected)
    assert ours.chosen[COSINE] == pytest.approx(cosine(ours.values, plain), abs=1e-6)
    assert ours.chosen[DIFFERENCE] == pytest.approx(off, rel=1e-3)


@pytest.mark.usefixtures("offered")
def test_the_effect_is_that_of_the_first_samples() -> None:
    of_eight, of_many = (both(layered(), m=m)[0].chosen for m in (8, 24))
    assert of_many[COSINE] == of_eight[COSINE]
    assert of_many[DIFFERENCE] == of_eight[DIFFERENCE]
    assert explain(layered(), pictures(), 1, "smoothgrad", pace=Pace(8)).chosen.keys() == {
        *("samples", "standard_error", "complexity_error"),
    }


@pytest.mark.usefixtures("offered")
def test_each_picture_has_its_own() -> None:
    together = explain(layered(), pictures(2), 1, "smoothgrad", pace=NARROW, m=8)
    alone = [
        explain(layered(), pictures(2)[n : n + 1], 1, "smoothgrad", pace=NARROW, m=8)
        for n in range(2)
    ]
    assert together.chosen[COSINE] == [one.chosen[COSINE] for one in alone]
    worst = max(one.chosen[DIFFERENCE] for one in alone)
    assert f"off by {100 * worst:.1f} %" in autocast.told(together)


@pytest.mark.usefixtures("offered")
def test_passes_are_in_bfloat16_but_those_that_look_and_one_batch() -> None:
    net = layered()
    with convolved(net) as plain:
        explain(net, pictures(), 1, "smoothgrad", pace=Pace(8), m=24)
    with convolved(net) as found:
        explain(net, pictures(), 1, "smoothgrad", pace=NARROW, m=24)
    assert set(plain) == {torch.float32}
    assert found.count(torch.bfloat16) == 3  # 24 samples, 8 at once
    assert found.count(torch.float32) == len(plain) - 3 + 1


@pytest.mark.usefixtures("offered")
def test_only_what_was_announced_is_counted() -> None:
    counts: list[tuple[int, int]] = []

    def tick(done: int, total: int) -> None:
        counts.append((done, total))

    explain(layered(), pictures(), 1, "smoothgrad", pace=NARROW, progress=tick, m=24)
    assert counts == [(8, 24), (16, 24), (24, 24)]


@pytest.mark.usefixtures("offered")
def test_norms_fold_under_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    folded: list[bool] = []
    run = Folding.run

    def watched(self: Folding, *args: Any) -> Any:
        output = run(self, *args)
        folded.append(self.any)
        return output

    monkeypatch.setattr(Folding, "run", watched)
    both(layered(), "fusiongrad", n=2, m=8)
    assert folded
    assert all(folded)


@pytest.mark.usefixtures("offered")
def test_it_stops_early_as_without() -> None:
    ours, _ = both(layered(), m=200, tolerance=0.1)
    assert ours.chosen["samples"] < 200
    assert ours.chosen["standard_error"] <= 0.1
    assert COSINE in ours.chosen


def test_on_a_cpu_it_is_refused_before_the_model_runs() -> None:
    net = layered().cpu()
    with convolved(net) as passes, pytest.raises(InputError) as caught:
        explain(net, pictures(), 1, "smoothgrad", pace=NARROW)
    assert not passes
    assert "offered on cuda" in caught.value.message
    assert "runs on cpu" in caught.value.message
    assert "Leave `autocast` out" in caught.value.hint


@pytest.mark.usefixtures("offered")
@pytest.mark.parametrize(
    ("method", "given", "message"),
    [
        ("saliency", {}, "at least 8 samples; Saliency takes 1"),
        ("smoothgrad", {"m": 7}, "at least 8 samples; SmoothGrad takes 7"),
        ("occlusion", {}, "for gradients; Occlusion compares scores"),
        ("deep-lift-shap", {}, "effect on DeepLIFT-SHAP is not measured"),
        ("smoothgrad", {"of": "grad-cam"}, "effect on SmoothGrad of 'grad-cam' is not measured"),
    ],
)
def test_methods_that_it_is_not_for_refuse_it(
    method: str, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        explain(layered(), pictures(), 1, method, pace=NARROW, **given)


@pytest.mark.parametrize(
    ("method", "given", "narrow"),
    [
        ("smoothgrad", {}, True),
        ("smoothgrad", {"of": ""}, True),
        ("smoothgrad", {"of": "grad-cam"}, False),
        ("deep-lift-shap", {}, False),
        ("occlusion", {}, False),
    ],
)
def test_who_is_run_so(method: str, given: dict[str, Any], narrow: bool) -> None:
    assert autocast.suited(NARROW, method, 50, given).autocast == narrow


class OneType(nn.Module):
    """A product that autocast does not know of, of two types under it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 5, 3), nn.Parameter(torch.ones(5))

    def forward(self, x: Tensor) -> Tensor:
        found = torch.zeros(len(x), 5)
        found.index_add_(0, torch.arange(len(x)), self.conv(x).mean((2, 3)))
        return found * self.head


@pytest.mark.usefixtures("offered")
def test_a_model_that_needs_float32_says_so() -> None:
    explain(OneType().eval(), pictures(), 1, "smoothgrad", pace=Pace(8), m=8)
    with pytest.raises(MethodError, match="leave autocast out"):
        explain(OneType().eval(), pictures(), 1, "smoothgrad", pace=NARROW, m=8)


@pytest.mark.usefixtures("offered")
def test_gradients_of_zero_leave_the_effect_untold() -> None:
    class Flat(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return 0 * x.flatten(1)[:, :5]

    found = explain(Flat(), pictures(), 1, "smoothgrad", pace=NARROW, m=8)
    assert COSINE not in found.chosen
    assert autocast.told(found) == autocast.UNTOLD
    assert autocast.brief(found) == "autocast, effect unknown"


def test_scores_are_taken_of_float32() -> None:
    seen: list[torch.dtype] = []

    def score(output: Tensor, batch: int) -> Tensor:
        seen.append(output.dtype)
        return output[:, 0]

    score.before = ""  # type: ignore[attr-defined] # as a `FixedScore` of an output as it is
    scorer = AutocastScorer(layered(), score, Meter(1, None))  # type: ignore[arg-type] # any score
    assert scorer(torch.from_numpy(pictures())).dtype == torch.float32
    assert seen == [torch.float32]


def test_what_is_nested_in_an_output_is_float32_too() -> None:
    narrow, whole = torch.ones(1, 2, dtype=torch.bfloat16), torch.ones(1, dtype=torch.int64)
    seen = []

    def score(output: object, batch: int) -> Tensor:
        seen.append(output)
        return torch.zeros(batch)

    score.before = ""  # type: ignore[attr-defined]

    def call(inputs: Tensor) -> object:
        return {"a": [narrow, (narrow, whole)], "b": "text"}

    AutocastScorer(layered(), score, Meter(1, None), call)(torch.zeros(1, 3, 2, 2))  # type: ignore[arg-type] # any score
    (found,) = seen
    assert (found["a"][0].dtype, found["a"][1][0].dtype) == (torch.float32, torch.float32)
    assert found["a"][1][1] is whole
    assert found["b"] == "text"


def test_what_is_told_never_claims_more_than_was_found() -> None:
    chosen = {COSINE: 0.99999, DIFFERENCE: 0.0123}
    values = np.zeros((1, 3, 2, 2), np.float32)
    one = Attribution(
        values, "smoothgrad", {}, 0, (1,), (2, 2), 0.1, False, chosen=chosen, pace=NARROW
    )
    assert "cosine 0.9999 with" in autocast.told(one)
    assert "off by 1.2 %" in autocast.told(one)
    assert autocast.brief(one) == "autocast, cosine 0.9999"


def test_the_score_before_a_softmax_or_sigmoid_is_found_in_bfloat16(offered: None) -> None:
    for end in (nn.Softmax(1), nn.Sigmoid()):
        plain, ended = layered(), nn.Sequential(layered(), end).eval()
        expected = explain(plain, pictures(), 1, "smoothgrad", m=16).values
        found = explain(ended, pictures(), 1, "smoothgrad", m=16, pace=NARROW)
        assert found.explained[0].chosen["before"] in ("softmax", "sigmoid")
        assert cosine(found.values, expected) > 0.95


def test_a_named_tuple_stays_one() -> None:
    class Output(NamedTuple):
        scores: Tensor
        more: dict[str, Tensor]

    one = torch.ones(2, dtype=torch.bfloat16)
    found = replaced(Output(one, {"a": one}), Tensor.float)
    assert isinstance(found, Output)
    assert found.scores.dtype == found.more["a"].dtype == torch.float32
