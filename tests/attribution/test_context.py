"""What methods have in common is found once for all of them, and changes no bit of a map."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import numpy as np
import pytest
from torch import Tensor, nn

from tests.attribution.nets import NETS, layered, pictures
from tests.attribution.settings import ON_CONVOLUTIONS, fast
from tests.dose import dose
from xai_core.attribution.context import Context, explained_of
from xai_core.attribution.explanation import explain, explain_on
from xai_core.attribution.methods.base import METHODS, Method
from xai_core.base.errors import XaiError
from xai_core.base.loaded_model import LoadedModel
from xai_core.base.pace import Pace
from xai_core.base.parameters import build
from xai_core.base.target import Asked, asked_to_json
from xai_core.worker.operations.base import OPERATIONS, Session, register_all

FEW = {"fusiongrad": {"n": 2, "m": 5}, "smoothgrad": {"m": 9}, "noisegrad": {"n": 9}}
SLOW = ("rise", "kernel-shap", "lime", "sobol")
ALL = {name: FEW.get(name, fast(name) if name in SLOW else {}) for name in METHODS.names()}
PROBED = 2  # passes: as it is, and folded beside another picture


@contextmanager
def counted(net: nn.Module) -> Iterator[list[int]]:
    """The batch sizes of the forward passes in the block."""
    passes: list[int] = []
    handle = net.register_forward_pre_hook(lambda module, args: passes.append(len(args[0])))
    try:
        yield passes
    finally:
        handle.remove()


def samples(method: str) -> int:
    plugin = METHODS[method]
    return plugin.samples(build(plugin.Parameters, ALL[method]), pictures().shape[1:])


@pytest.mark.parametrize("name", dose(("layered", "in-place", "scripted"), tuple(NETS)))
def test_maps_have_the_same_bits_as_those_of_each_alone(name: str) -> None:
    net = NETS[name]()
    work = Context(net, pictures(2))
    for method, given in ALL.items():
        try:
            alone = explain(net, pictures(2), None, method, seed=3, **given)
        except XaiError as error:
            with pytest.raises(type(error), match=re.escape(error.message)):
                explain_on(work, method, seed=3, **given)
            continue
        together = explain_on(work, method, seed=3, **given)
        np.testing.assert_array_equal(together.values, alone.values)
        assert (together.target, together.explained) == (alone.target, alone.explained)
        assert (together.parameters, together.chosen) == (alone.parameters, alone.chosen)


def test_each_pass_that_they_share_is_made_once() -> None:
    net, defined = layered(), {name: ALL[name] for name in ON_CONVOLUTIONS}
    with counted(net) as alone:
        for method, given in defined.items():
            explain(net, pictures(), None, method, **given)
    with counted(net) as together:
        work = Context(net, pictures())
        for method, given in defined.items():
            explain_on(work, method, **given)
    assert samples(next(iter(defined))) == 1  # its pass is not looked at for what can be folded
    several = sum(samples(method) > 1 for method in defined)
    assert several > 3
    # What these keep of the pass that shows the target, they would see in one of their own.
    looking = sum(type(METHODS[name]).first_pass is not Method.first_pass for name in defined)
    assert looking
    saved = (len(defined) - 1) + several - PROBED - looking
    assert len(alone) - len(together) == saved


def test_the_clean_picture_is_run_once_for_its_target_and_for_its_batches() -> None:
    net = layered()
    with counted(net) as passes:
        explain(net, pictures(), None, "smoothgrad", m=4)
    assert passes == [1, 2, 4]


class Alone(nn.Module):
    """Takes one sample at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.net = layered()

    def forward(self, x: Tensor) -> Tensor:
        if len(x) > 1:
            raise ValueError("one at a time")
        return self.net(x)


def test_a_model_that_takes_one_sample_is_asked_once_whether_it_takes_more() -> None:
    net = Alone().eval()
    work = Context(net, pictures())
    with counted(net) as passes:
        for method in ("smoothgrad", "integrated-gradients"):
            explain_on(work, method)
    assert sorted(passes)[-3:] == [1, 2, 2]  # folded, and as it is


def test_a_folding_that_one_method_gave_up_stays_for_the_others() -> None:
    work = Context(layered(), pictures())
    first = work.folding()
    assert first.norms
    first.give_up()
    assert work.folding().norms


def test_it_is_of_one_model_picture_and_target() -> None:
    net, target = layered(), explained_of(layered(), pictures())[0]
    work = Context(net, pictures(), target)
    assert work.is_of(net, pictures(), explained_of(layered(), pictures())[0])
    assert not work.is_of(layered(), pictures(), target)
    assert not work.is_of(net, pictures() + 1, target)
    assert not work.is_of(net, pictures(2), target)
    assert not work.is_of(net, pictures(), explained_of(layered(), pictures(), 1)[0])


class Asking:
    """What a worker is asked, without the process."""

    def __init__(self, net: nn.Module, model: LoadedModel) -> None:
        register_all()
        self.net, self.session = net, Session(model)

    def passes(self, operation: str, method: str, target: Asked) -> int:
        params = {
            "target": asked_to_json(target),
            "method": method,
            "seed": 0,
            "parameters": ALL[method],
            "pace": asdict(Pace()),
        }
        with counted(self.net) as passes:
            OPERATIONS[operation](self.session, params, (pictures(),), lambda done, total: None)
        return len(passes)


def test_a_worker_finds_it_once_for_a_picture(tmp_path) -> None:
    net = layered()
    model = LoadedModel(
        path=tmp_path, format="", sha256="", size=0, module=net, loaded_by="", input_spec=None
    )
    asking = Asking(net, model)
    first = asking.passes("explain", "smoothgrad", 1)
    again = asking.passes("explain", "smoothgrad", 1)
    assert first - again == PROBED
    assert asking.passes("explain", "smoothgrad", 2) == first
    assert asking.passes("explain_randomised", "smoothgrad", 2) == first  # nothing holds for it
    assert asking.passes("explain", "smoothgrad", 2) == again  # and what was found still does
