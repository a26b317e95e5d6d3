"""A pace is measured, and changes a map by rounding only."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.attribution.nets import NETS, layered, pictures
from tests.attribution.settings import ON_CONVOLUTIONS, fast
from xai_core.attribution.explanation import explain
from xai_core.attribution.pace.measurement import measured
from xai_core.base.device import best_device
from xai_core.base.errors import Cancelled, InputError
from xai_core.base.pace import MANY, Pace

DEVICES = sorted({"cpu", best_device().type})


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("method", ["saliency", "smoothgrad", "fusiongrad", "occlusion"])
def test_a_map_is_the_same_up_to_rounding(method, device):
    plain = explain(layered(), pictures(2), 1, method, seed=3).values
    for pace in (Pace(channels_last=True), Pace(3), Pace(threads=1), Pace(1, True, 1)):
        ours = explain(layered().to(device), pictures(2), 1, method, seed=3, pace=pace).values
        np.testing.assert_allclose(ours, plain, rtol=1e-3, atol=1e-4 * np.abs(plain).max())


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", NETS)
def test_every_net_has_one_and_is_as_before(name, device):
    net = NETS[name]().to(device).train()
    before = {key: value.clone() for key, value in net.state_dict().items()}
    threads = torch.get_num_threads()
    pace = measured(net, torch.from_numpy(pictures()).to(device))
    assert 1 <= pace.batch_size <= 16
    assert torch.get_num_threads() == threads
    assert net.training
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())
    ours = explain(net, pictures(), 1, "smoothgrad", pace=pace).values
    np.testing.assert_allclose(
        ours, explain(net, pictures(), 1, "smoothgrad").values, rtol=1e-3, atol=1e-5
    )


class Viewing(nn.Module):
    """A view that only the plain layout allows."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x).view(len(x), -1)[:, :5]


def test_a_model_that_needs_the_plain_layout_keeps_it():
    assert not measured(Viewing().eval(), torch.from_numpy(pictures())).channels_last


def test_a_model_that_fails_has_the_plain_pace():
    assert measured(nn.Linear(7, 2), torch.from_numpy(pictures())) == Pace()


def test_memory_bounds_the_batch(monkeypatch):
    class Little:
        available = 0

    monkeypatch.setattr("psutil.virtual_memory", Little)
    assert measured(layered(), torch.from_numpy(pictures())).batch_size == 1


@pytest.mark.parametrize("room", [0, -1])
def test_what_the_process_may_take_bounds_it_too(room):
    assert measured(layered(), torch.from_numpy(pictures()), room=room).batch_size == 1


def test_a_pace_as_text_comes_back():
    for pace in (Pace(), Pace(4, True, 2), Pace(3, threads=1), Pace(4, True, 2, True)):
        assert Pace.of_text(str(pace)) == pace
    assert str(Pace(4, True)) == "4,channels-last,0"
    assert str(Pace(4, True, autocast=True)) == "4,channels-last,0,autocast"
    assert Pace.of_text("4,plain,0,autocast") == Pace(4, autocast=True)


@pytest.mark.parametrize(
    "text",
    [
        *("", "4", "4,plain", "4,sideways,0", "x,plain,0", "0,plain,0", "4,plain,-1"),
        *("4,plain,0,0", "4,plain,0,", "4,plain,0,a", "4,plain,0,autocast,autocast"),
        *("autocast", "4,plain,autocast"),
    ],
)
def test_what_is_no_pace_is_refused(text):
    with pytest.raises(InputError):
        Pace.of_text(text)


def test_a_map_says_its_pace():
    pace = Pace(2, True)
    assert explain(layered(), pictures(), 1, "smoothgrad", pace=pace).pace == pace
    assert explain(layered(), pictures(), 1, "smoothgrad", batch_size=3).pace == Pace(3)


def test_autocast_is_never_measured_and_not_for_few_samples_or_scores():
    assert not measured(layered(), torch.from_numpy(pictures())).autocast
    pace = Pace(2, True, autocast=True)
    assert pace.suited_to(MANY) == pace
    assert pace.suited_to(MANY - 1) == Pace()
    assert pace.suited_to(MANY, gradients=False) == Pace(2, True)


def test_it_can_be_stopped():
    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        measured(layered(), torch.from_numpy(pictures()), stop)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("method", ON_CONVOLUTIONS)
def test_every_method_runs_on_the_device_of_the_model(method, device):
    ours = explain(layered().to(device), pictures(), 1, method, **fast(method)).values
    plain = explain(layered(), pictures(), 1, method, **fast(method)).values
    np.testing.assert_allclose(ours, plain, rtol=1e-2, atol=1e-3 * np.abs(plain).max())
