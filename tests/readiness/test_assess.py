"""What `assess` promises besides a right verdict."""

from __future__ import annotations

import copy
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from torch import nn

from tests.readiness.nets import Draws, Slow, Writes, small
from tests.readiness.zoo.broken_detached import DetachedBranch
from xai_core.attribution.methods.base import METHODS
from xai_core.base.errors import Cancelled, InputError
from xai_core.readiness import assess, estimated_seconds
from xai_core.readiness.checks.base import CHECKS

PICTURE = np.random.default_rng(0).standard_normal((1, 3, 24, 24)).astype(np.float32)


def state(module: nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}


@pytest.mark.parametrize("kind", [small, Writes, Draws, DetachedBranch])
def test_the_model_comes_back_as_it_was(kind: type[nn.Module]) -> None:
    module = kind()
    module.train()
    next(module.parameters()).grad = torch.ones_like(next(module.parameters()))
    before, attributes = state(module), [set(vars(child)) for child in module.modules()]
    hooks = [len(child._forward_hooks) for child in module.modules()]
    assess(module, PICTURE)
    after = state(module)
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert [set(vars(child)) for child in module.modules()] == attributes
    assert [len(child._forward_hooks) for child in module.modules()] == hooks
    assert all(child.training for child in module.modules())
    assert all(parameter.requires_grad for parameter in module.parameters())
    assert bool((next(module.parameters()).grad == 1).all())


def test_containers_and_attributes_are_restored() -> None:
    module = Writes()
    assess(module, PICTURE)
    assert module.history == []
    assert module.facts == {"calls": 0}
    assert module.last is None
    assert not hasattr(module, "new_attribute")


def test_random_states_are_left_alone() -> None:
    torch.manual_seed(5)
    np.random.seed(5)
    expected = (torch.rand(1), np.random.rand())
    torch.manual_seed(5)
    np.random.seed(5)
    assess(Draws(), PICTURE)
    assert torch.equal(torch.rand(1), expected[0])
    assert np.random.rand() == expected[1]


def test_a_cancel_leaves_no_trace() -> None:
    module = Writes()
    before = state(module)

    def stop(done: int, total: int) -> None:
        if done == 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        assess(module, PICTURE, progress=stop)
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())


def test_a_cancel_is_heard_between_two_passes_of_the_proof() -> None:
    proof, heard = CHECKS.names().index("correctness"), []

    def stop(done: int, total: int) -> None:
        heard.append(done)
        if heard.count(proof) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        assess(small(), PICTURE, progress=stop)
    assert heard[-1] == proof


def test_progress_goes_up_to_its_end() -> None:
    calls: list[tuple[int, int]] = []
    assess(small(), PICTURE, progress=lambda done, total: calls.append((done, total)))
    assert calls[0] == (0, len(CHECKS))
    assert calls[-1] == (len(CHECKS), len(CHECKS))
    assert calls == sorted(calls)


def test_what_is_not_proven_in_time_is_not_ready() -> None:
    start = time.monotonic()
    verdict = assess(Slow(), PICTURE, time_limit=0.5)
    assert time.monotonic() - start < 4
    assert verdict.level == "unproven"
    assert "time-limit" in {one.code for one in verdict.findings if one.severity == "error"}


def test_the_same_under_no_grad_and_inference_mode() -> None:
    module = small()
    with torch.no_grad():
        assert assess(module, PICTURE).level == "ready"
    with torch.inference_mode():
        assert assess(module, PICTURE).level == "ready"


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_the_seed_does_not_matter(seed: int) -> None:
    torch.manual_seed(seed)
    verdict = assess(copy.deepcopy(small()), PICTURE)
    again = assess(small(), PICTURE)
    assert verdict.level == "ready"
    assert verdict.evidence["input_gradient_norm"] == again.evidence["input_gradient_norm"]


def test_a_target_is_respected() -> None:
    assert assess(small(), PICTURE, target=2).evidence["target"] == 2
    with pytest.raises(InputError, match="class 7"):
        assess(small(), PICTURE, target=7)


@pytest.mark.parametrize("bad", [np.zeros((3, 4, 4)), np.full((1, 3, 4, 4), np.nan)])
def test_inputs_are_checked(bad: np.ndarray) -> None:
    with pytest.raises(InputError):
        assess(small(), bad.astype(np.float32))


def test_an_input_that_does_not_fit_names_one_that_does() -> None:
    verdict = assess(small(channels=1), PICTURE)
    assert verdict.level == "rejected"
    assert verdict.evidence["fitting_shape"] == [1, 1, 224, 224]
    assert "1 × 224 × 224" in verdict.findings[0].hint


def test_a_flat_picture_with_ties_everywhere_is_no_mismatch() -> None:
    module = nn.Sequential(
        nn.Conv2d(3, 4, 3, bias=False), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.LazyLinear(3)
    )
    module(torch.zeros(1, 3, 24, 24))
    flat = np.zeros((1, 3, 24, 24), dtype=np.float32)
    assert assess(module.eval(), flat).level == "ready"


def test_the_first_findings_say_why() -> None:
    verdict = assess(DetachedBranch())
    assert verdict.level == "inference-only"
    assert verdict.findings[0].code in ("rectifiers", "gradient-mismatch")
    assert verdict.evidence["finite_difference_error"] > 0.02


def test_gradient_flow_goes_from_input_to_output() -> None:
    flow = assess(small(), PICTURE).evidence["gradient_flow"]
    assert [row["layer"] for row in flow] == ["input", "0", "1", "2", "3", "4"]
    assert all(row["norm"] > 0 for row in flow)


def test_gradient_flow_stops_at_the_cut() -> None:
    class Cut(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.before, self.after = nn.Conv2d(3, 3, 3), small()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.after(self.before(x).detach())

    norms = {row["layer"]: row["norm"] for row in assess(Cut()).evidence["gradient_flow"]}
    assert norms["input"] is None
    assert norms["before"] is None
    assert norms["after.0"] > 0


def test_cost_gives_an_estimate_for_every_method() -> None:
    verdict = assess(small(), PICTURE)
    assert verdict.evidence["memory_per_sample"] > 0
    few = estimated_seconds(verdict, "fusiongrad", {"n": 2, "m": 2})
    many = estimated_seconds(verdict, "fusiongrad", {"n": 10, "m": 10})
    assert few is not None
    assert many == pytest.approx(25 * few)
    assert all((estimated_seconds(verdict, name) or 0) > 0 for name in METHODS.names())


def test_importing_it_does_not_import_torch() -> None:
    code = "import sys, xai_core.readiness as r; r.assess; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
