"""What every method promises, on every net on which it is defined."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from tests.attribution.nets import NETS, pictures
from tests.attribution.settings import DEFINED, UNDEFINED, fast
from tests.dose import dose, pairs
from xai_core.attribution.explanation import explain
from xai_core.attribution.methods.base import METHODS
from xai_core.base.errors import InputError, MethodError
from xai_core.base.parameters import describe

NAMES = (
    "saliency",
    "input-x-gradient",
    "guided-backprop",
    "deconvolution",
    "integrated-gradients",
    "smoothgrad",
    "noisegrad",
    "fusiongrad",
    "grad-cam",
    "guided-grad-cam",
    "occlusion",
)


def test_the_methods_are_the_documented_ones():
    assert set(METHODS.names()) >= set(NAMES)
    assert METHODS.names()[:2] == ("guided-backprop", "fusiongrad")


def test_forms_need_no_torch():
    code = (
        "import sys; from xai_core.attribution.methods.base import METHODS;"
        "from xai_core.base.parameters import describe;"
        "[describe(m.Parameters) for m in METHODS];"
        "sys.exit(any(name in sys.modules for name in ('torch', 'captum', 'quantus')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("method", METHODS.names())
def test_a_method_says_what_a_form_shows(method):
    plugin = METHODS[method]
    assert all((plugin.title, plugin.summary.endswith("."), plugin.citation))
    for info in describe(plugin.Parameters):
        assert info.help.endswith("."), info.name
        if info.kind in (int, float):
            assert info.minimum is not None
            assert info.maximum is not None
            assert info.minimum <= info.default <= info.maximum


@pytest.mark.parametrize(("method", "net"), DEFINED)
def test_a_map_has_the_pictures_shape(method, net):
    calls: list[tuple[int, int]] = []
    inputs = pictures(2)
    result = explain(
        NETS[net](),
        inputs,
        1,
        method,
        progress=lambda done, total: calls.append((done, total)),
        **fast(method),
    )
    assert result.values.shape[0] == 2
    assert result.values.shape[1] in (1, 3)
    assert result.values.shape[2:] == inputs.shape[2:]
    assert result.values.dtype == np.float32
    assert np.isfinite(result.values).all()
    assert result.target == (1, 1)
    assert result.signed or (result.values >= 0).all()
    done, total = zip(*calls, strict=True)
    assert done[-1] == total[-1]  # as many samples as announced
    assert len(set(total)) == 1
    assert list(done) == sorted(set(done))


@pytest.mark.parametrize(("method", "net"), dose(DEFINED[::2], DEFINED))
def test_a_picture_is_explained_by_itself(method, net):
    inputs = pictures(3)
    together = explain(NETS[net](), inputs, None, method, seed=3, **fast(method))
    for index in range(3):
        alone = explain(
            NETS[net](), inputs[index : index + 1], None, method, seed=3, **fast(method)
        )
        assert alone.target == together.target[index : index + 1]
        np.testing.assert_array_equal(alone.values[0], together.values[index])


@pytest.mark.parametrize(("method", "net"), dose(DEFINED[1::2], DEFINED))
def test_batch_size_bounds_memory_and_nothing_else(method, net):
    maps = [
        explain(NETS[net](), pictures(), 1, method, batch_size=size, **fast(method)).values
        for size in (1, 2, 16)
    ]
    scale = np.abs(maps[0]).max()
    np.testing.assert_allclose(maps[1], maps[0], atol=1e-5 * scale)
    np.testing.assert_allclose(maps[2], maps[0], atol=1e-5 * scale)


@pytest.mark.parametrize(("method", "net"), UNDEFINED)
def test_a_method_refuses_where_it_is_not_defined(method, net):
    with pytest.raises(MethodError) as refused:
        explain(NETS[net](), pictures(), 1, method, **fast(method))
    codes = {
        *("no-rectifier", "no-spatial-layer", "no-float-parameters"),
        *("layers-hidden", "no-attention"),
    }
    assert refused.value.code in codes
    assert refused.value.hint


def test_what_is_not_defined_where():
    assert ("guided-backprop", "smooth") in UNDEFINED
    assert ("guided-backprop", "scripted") in UNDEFINED
    assert ("deconvolution", "smooth") in UNDEFINED
    assert ("grad-cam", "flat") in UNDEFINED
    assert ("noisegrad", "bare") in UNDEFINED
    assert ("fusiongrad", "scripted") in DEFINED
    assert ("smoothgrad", "bare") in DEFINED


WRONG = (
    {"inputs": np.zeros((3, 4, 4))},
    {"inputs": np.full((1, 3, 12, 10), np.nan)},
    {"target": 99},
    {"seed": -1},
    {"batch_size": 0},
    {"no_such_parameter": 1},
)


@pytest.mark.parametrize(("method", "wrong"), pairs(METHODS.names(), WRONG))
def test_wrong_use_is_explained(method, wrong):
    given = {"inputs": pictures(), "target": 0, **wrong}
    with pytest.raises(InputError):
        explain(NETS["layered"](), method=method, **given)
