"""Each target against the same score written by hand, by autograd and by finite differences."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from tests.targets.cases import CASES, Case, name_of, net_of, target
from tests.targets.nets import HEIGHT, WIDTH, net, pictures
from xai_core import explain
from xai_core.attribution.context import explained_of
from xai_core.base.target import Target
from xai_core.targets.kinds.base import TARGETS
from xai_core.targets.resolution import fixed

each = pytest.mark.parametrize("case", CASES, ids=name_of)


def test_every_kind_has_a_case() -> None:
    of_output = {one.name for one in TARGETS if not one.inner}
    assert {case[0] for case in CASES} == of_output  # the others: test_neuron


@each
def test_the_score_is_the_formula(case: Case) -> None:
    module, inputs = net_of(case[1]), pictures()
    score = fixed(explained_of(module, inputs, target(case))[0])
    with torch.no_grad():
        output = module(torch.from_numpy(inputs))
    torch.testing.assert_close(score(output, 1), case[3](output), rtol=1e-5, atol=1e-6)


@each
def test_the_gradient_is_autograds_of_the_formula(case: Case) -> None:
    module, inputs = net_of(case[1]), pictures()
    found = explain(module, inputs, target(case), "saliency", absolute=False).values
    leaf = torch.from_numpy(inputs).requires_grad_(True)
    (expected,) = torch.autograd.grad(case[3](module(leaf)).sum(), leaf)
    assert np.abs(expected.numpy()).max() > 0
    np.testing.assert_allclose(found, expected.numpy(), rtol=1e-4, atol=1e-7)


@each
def test_the_gradient_agrees_with_finite_differences(case: Case) -> None:
    module, inputs = net_of(case[1]), pictures()
    fixed_score = fixed(explained_of(module, inputs, target(case))[0])
    found = explain(module, inputs, fixed_score.explained, "saliency", absolute=False).values[0]
    twin, at = copy.deepcopy(module).double(), torch.from_numpy(inputs).double()
    draws, step = np.random.default_rng(1), 1e-4
    for _ in range(3):
        direction = torch.from_numpy(draws.normal(size=inputs.shape))
        with torch.no_grad():
            ahead, behind = (
                float(fixed_score(twin(at + sign * step * direction), 1)[0]) for sign in (1, -1)
            )
        slope = (ahead - behind) / (2 * step)
        assert slope == pytest.approx(
            float((found * direction[0].numpy()).sum()), rel=1e-3, abs=1e-6
        )


@each
def test_all_pictures_of_a_batch_are_scored_alike(case: Case) -> None:
    module, inputs = net_of(case[1]), pictures(3, seed=4)
    score = fixed(explained_of(module, inputs[:1], target(case))[0])
    with torch.no_grad():
        together = score(module(torch.from_numpy(inputs)), 3)
        alone = [score(module(torch.from_numpy(one[None])), 1) for one in inputs]
    torch.testing.assert_close(together, torch.cat(alone), rtol=1e-4, atol=1e-6)


def test_a_segmentations_gradient_in_a_box_is_that_of_its_pixels_alone() -> None:
    """Written by hand: one backward pass for each pixel of the region, summed."""
    module, inputs = net("dense"), pictures()
    asked = Target("box", {"index": 1, "top": 0, "left": 4, "bottom": 4, "right": WIDTH})
    found = explain(module, inputs, asked, "saliency", absolute=False).values
    total, cells = np.zeros_like(inputs), [(r, c) for r in (0, 1) for c in (2, 3, 4)]
    for row, column in cells:
        leaf = torch.from_numpy(inputs).requires_grad_(True)
        module(leaf)[0, 1, row, column].backward()
        total += leaf.grad.numpy()
    np.testing.assert_allclose(found, total / len(cells), rtol=1e-4, atol=1e-7)
    assert not found[:, :, HEIGHT - 4 :].any()  # no pixel there reaches the region


def test_what_was_chosen_stays_for_every_noisy_copy() -> None:
    """Of a margin the runner-up, although noise makes another class the strongest other."""
    module, inputs = net("classes"), pictures()
    chosen = explained_of(module, inputs, Target("margin"))[0]
    index, against = chosen.chosen["index"], chosen.chosen["against"]
    noisy = explain(module, inputs, Target("margin"), "smoothgrad", seed=2, m=6, sg_std=3.0)
    plain = [
        explain(module, inputs, one, "smoothgrad", seed=2, m=6, sg_std=3.0, average="signed").values
        for one in (index, against)
    ]
    signed = explain(
        module, inputs, Target("margin"), "smoothgrad", seed=2, m=6, sg_std=3.0, average="signed"
    )
    np.testing.assert_allclose(signed.values, plain[0] - plain[1], atol=1e-6)
    assert noisy.explained == (chosen,)


def test_the_box_of_a_list_is_found_again_where_the_list_is_in_another_order() -> None:
    module = net("lists")
    first, second = pictures(seed=0), pictures(seed=5) * 4
    explained = explained_of(module, first, Target("detection", {"box": 0}))[0]
    place = torch.tensor(explained.chosen["at"])
    with torch.no_grad():
        (other,) = module(torch.from_numpy(second))
    at = int((other["boxes"] == place).all(1).nonzero()[0])
    wanted = other["scores"][at] if int(other["labels"][at]) == explained.chosen["label"] else None
    found = fixed(explained)([other], 1)[0]
    if wanted is not None:
        torch.testing.assert_close(found, wanted)
    gone = [{**other, "boxes": other["boxes"] + 100}]
    assert float(fixed(explained)(gone, 1)[0]) == 0
