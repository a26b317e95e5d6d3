"""A Keras model in double precision, which the proof of its gradient computes with.

Keras applications took over 60 s to prove, or were not proven at all, where a differences' step
had to be found that float32 can resolve.
"""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch

from tests.dose import soaked
from tests.models.formats.keras_nets import keras, made, nested, saved, sequential
from xai_core.attribution.passes.calls import Calls
from xai_core.models.keras.module import KerasModule
from xai_core.models.loading import load_model
from xai_core.readiness import assess
from xai_core.readiness.numerics.bench import DOUBLE, bench_of
from xai_core.readiness.setting.score import Score


def loaded(build: object, folder: Path) -> KerasModule:
    module = load_model(saved(made(build), "keras", folder)).module  # type: ignore[arg-type]
    assert isinstance(module, KerasModule)
    return module


def inputs(module: KerasModule) -> torch.Tensor:
    _, height, width, channels = module.model.input_shape
    draws = torch.Generator().manual_seed(0)
    return torch.rand(1, channels, height, width, generator=draws)


@pytest.mark.parametrize("build", [sequential, nested])
def test_it_is_the_same_function_with_more_digits(build: object, tmp_path: Path) -> None:
    module = loaded(build, tmp_path)
    policies = [layer.dtype_policy for layer in module.children()]
    before = {name: value.clone() for name, value in module.state_dict().items()}
    narrow = []

    def note(function, args, kwargs):  # type: ignore[no-untyped-def]
        result = function(*args, **kwargs)
        if isinstance(result, torch.Tensor) and result.requires_grad:
            narrow.append(result.dtype)
        return result

    twin = copy.deepcopy(module).double()
    picture = inputs(module)
    with Calls(note):
        found = twin(picture.double().requires_grad_())
    assert set(narrow) == {torch.float64}
    assert torch.allclose(found.float(), module(picture), atol=1e-5)
    assert [layer.dtype_policy for layer in module.children()] == policies
    assert module(picture).dtype == torch.float32
    after = module.state_dict()
    assert all(torch.equal(before[name], value) for name, value in after.items())
    assert all(value.dtype == before[name].dtype for name, value in after.items())


def test_a_failing_pass_leaves_the_policies(tmp_path: Path) -> None:
    module = loaded(sequential, tmp_path)
    policies = [layer.dtype_policy for layer in module.children()]
    with pytest.raises(Exception):  # noqa: B017, PT011 - Keras raises what it likes
        copy.deepcopy(module).double()(torch.zeros(1, 7, 3, 3, dtype=torch.float64))
    assert [layer.dtype_policy for layer in module.children()] == policies


def test_the_proof_is_in_double_precision(tmp_path: Path) -> None:
    module = loaded(sequential, tmp_path)
    assert bench_of(module, Score("", 0), inputs(module)).precision == DOUBLE
    verdict = assess(module, inputs(module).numpy())
    assert verdict.level == "ready"
    assert verdict.evidence["finite_difference_precision"] == "double"


@soaked
@pytest.mark.parametrize("name", ["MobileNetV2"])
def test_an_application_takes_few_passes(name: str, tmp_path: Path) -> None:
    """Passes are counted, because seconds depend on the machine: they were over 300."""
    build = getattr(keras.applications, name)
    module = loaded(lambda: build(weights=None, input_shape=(96, 96, 3)), tmp_path)
    passes = 0
    run = module._run

    def counted(*given):  # type: ignore[no-untyped-def]
        nonlocal passes
        passes += 1
        return run(*given)

    vars(module)["_run"] = counted
    verdict = assess(module, inputs(module).numpy(), time_limit=600)
    assert verdict.level == "ready"
    assert passes <= 60
