"""Several pictures at once: each map is the one that it would be alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.attribution.nets import NETS, pictures
from tests.attribution.settings import fast
from tests.dose import dose
from xai_core.attribution.batches.explaining import Batches
from xai_core.attribution.batches.order import Refused
from xai_core.attribution.batches.together import apart, together
from xai_core.attribution.explanation import explain
from xai_core.attribution.methods.base import METHODS
from xai_core.base.errors import MethodError, XaiError
from xai_core.base.pace import Pace

SEVERAL = [
    name for name in METHODS.names() if METHODS[name].takes_several(METHODS[name].Parameters())
]
ALL = {name: fast(name) for name in (*SEVERAL, "occlusion")}


class Normed(nn.Module):
    """Layer norms and no rectifier but one."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 6, 3)
        self.norm = nn.LayerNorm([6, 10, 8])
        self.second = nn.Conv2d(6, 4, 3)
        self.head = nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.norm(self.first(x)))
        return self.head(self.second(x).mean((2, 3)))


class Mixing(nn.Module):
    """Each picture's features less the mean of the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 6, 3)
        self.head = nn.Linear(6, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.first(x)).mean((2, 3)) + x.mean((1, 2, 3))[:, None]
        return self.head(x - 0.5 * x.mean(0, keepdim=True))


class Multiplying(Mixing):
    """Each picture's features times the mean of the batch, so that gradients are mixed, too."""

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.first(x)).mean((2, 3))
        return self.head(x * x.mean(0, keepdim=True))


def ready(make: Callable[[], nn.Module]) -> nn.Module:
    torch.manual_seed(1)
    return make().eval()


def sizes(net: nn.Module, run: Callable[[], Any]) -> list[int]:
    """The batch sizes of the forward passes."""
    passes: list[int] = []
    handle = net.register_forward_pre_hook(lambda module, args: passes.append(len(args[0])))
    try:
        run()
    finally:
        handle.remove()
    return passes


def check_each(net: nn.Module, found: Any, given: Any, batch: np.ndarray) -> None:
    """Each is what `explain` gives for the picture alone, or refuses with the same words."""
    for row, maps in enumerate(found):
        assert list(maps) == list(given)
        for name, one in maps.items():
            if isinstance(one, Refused):
                with pytest.raises(XaiError) as caught:
                    explain(net, batch[row : row + 1], None, name, seed=3, **given[name])
                assert one.cause == str(caught.value)
                continue
            alone = explain(net, batch[row : row + 1], None, name, seed=3, **given[name])
            scale = float(np.abs(alone.values).max()) or 1.0
            np.testing.assert_allclose(one.values, alone.values, atol=2e-5 * scale, err_msg=name)
            told = (one.target, one.native_size, one.signed, one.parameters)
            assert told == (alone.target, alone.native_size, alone.signed, alone.parameters)
            assert one.explained == alone.explained
            assert set(one.chosen) == set(alone.chosen), name
            assert one.chosen.get("layer") == alone.chosen.get("layer")
            assert one.chosen.get("empty") == alone.chosen.get("empty")


KINDS = {"normed": lambda: ready(Normed), **NETS}


@pytest.mark.parametrize("name", dose([*KINDS][::2], [*KINDS]))
def test_each_map_is_the_one_that_it_would_be_alone(name: str) -> None:
    net, batch = KINDS[name](), pictures(4)
    found = Batches(net).explain(batch, ALL, seed=3, pace=Pace(3))
    check_each(net, found, ALL, batch)


def test_a_model_that_mixes_a_batch_gets_its_pictures_one_by_one() -> None:
    net, batch = ready(Mixing), pictures(3)
    given = {name: ALL[name] for name in ("saliency", "guided-backprop", "smoothgrad")}
    batches = Batches(net)
    found = batches.explain(batch, given, seed=3)
    check_each(net, found, given, batch)
    again = sizes(net, lambda: batches.explain(batch, {"saliency": {}}))
    assert set(again) == {1}


def test_few_noisy_copies_of_a_picture_are_not_mixed_either() -> None:
    net, batch = ready(Multiplying), pictures(1)
    given = {"smoothgrad": {"m": 3}, "noisegrad": {"n": 2}}
    check_each(net, Batches(net).explain(batch, given, seed=3), given, batch)


def test_methods_of_one_pass_share_it() -> None:
    net, batch = NETS["layered"](), pictures(4)
    given: dict[str, Any] = {
        **{"saliency": {}, "input-x-gradient": {}, "guided-backprop": {}},
        **{"grad-cam": {}, "hires-cam": {}, "guided-grad-cam": {}},
    }
    batches = Batches(net)
    batches.explain(batch, given)
    assert sizes(net, lambda: batches.explain(batch, given)) == [4]


def test_noise_fills_its_batches_from_several_pictures() -> None:
    net, batch = NETS["layered"](), pictures(4)
    batches, given = Batches(net), {"noisegrad": {"n": 2}, "smoothgrad": {"m": 3}}
    batches.explain(batch, given)
    passes = sizes(net, lambda: batches.explain(batch, given, pace=Pace(6)))
    assert passes.count(6) == 2, passes  # 4 pictures, each with 3 draws


def test_each_picture_stops_where_it_would_stop_alone() -> None:
    net, batch = NETS["layered"](), pictures(3)
    given = {"smoothgrad": {"m": 30, "tolerance": 0.1}, "noisegrad": {"n": 60, "tolerance": 0.15}}
    found = Batches(net).explain(batch, given, seed=3, pace=Pace(4))
    check_each(net, found, given, batch)
    counts = [[maps[name].chosen["samples"] for maps in found] for name in given]
    assert any(len(set(one)) > 1 for one in counts)
    for name in given:
        alone = [explain(net, one[None], None, name, 3, **given[name]).chosen for one in batch]
        assert [maps[name].chosen["samples"] for maps in found] == [c["samples"] for c in alone]


def test_where_memory_runs_out_the_batch_is_halved() -> None:
    net, batch = NETS["layered"](), pictures(4)
    batches = Batches(net)
    batches.explain(batch, {"saliency": {}})

    def scarce(module: nn.Module, args: tuple[Tensor]) -> None:
        if len(args[0]) > 2:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    handle = net.register_forward_pre_hook(scarce)
    ticks: list[tuple[int, int]] = []
    passes = sizes(
        net,
        lambda: batches.explain(
            batch, {"saliency": {}}, progress=lambda done, total: ticks.append((done, total))
        ),
    )
    handle.remove()
    assert passes == [2, 2] or passes == [4, 2, 2]
    assert ticks[-1] == (4, 4)


def test_a_lack_of_memory_is_no_result() -> None:
    net, batch = NETS["layered"](), pictures(1)
    plain = torch.as_tensor(batch)

    def scarce(module: nn.Module, args: tuple[Tensor]) -> None:
        if not torch.equal(args[0], plain):  # what is hidden by the method alone
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    net.register_forward_pre_hook(scarce)
    with pytest.raises(MethodError, match="allocate memory"):
        Batches(net).explain(batch, {"occlusion": fast("occlusion")})


def test_a_method_is_refused_for_the_picture_that_it_fails_on_alone() -> None:
    class Touchy(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Conv2d(3, 5, 3)

        def forward(self, x: Tensor) -> Tensor:
            found: Tensor = (
                self.first(x).mean((2, 3))
                + (x.sum((1, 2, 3)) - 1e9).clamp_min(0)[:, None].sqrt() * 0
            )
            return found

    net, batch = ready(Touchy), pictures(3)
    batch[1] = 0  # its square root has no slope, and no number times 0 makes it one
    found = Batches(net).explain(batch, {"saliency": {}}, seed=3)
    check_each(net, found, {"saliency": {}}, batch)


def test_what_a_process_tells_of_several_is_checked() -> None:
    net, batch = NETS["layered"](), pictures(2)
    found = Batches(net).explain(batch, {"saliency": {}}, seed=3)
    told = together("saliency", found, 3)
    back = apart([told], 2)
    np.testing.assert_array_equal(back[1]["saliency"].values, found[1]["saliency"].values)
    twice = replace(told, rows=(told.rows[0], told.rows[0]))
    fewer = replace(told, values=told.values[:1])
    for lie, count in ((told, 3), (told, 1), (twice, 2), (fewer, 2)):
        with pytest.raises(ValueError, match="saliency"):
            apart([lie], count)
