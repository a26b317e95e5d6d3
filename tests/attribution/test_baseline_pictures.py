"""Pictures as baselines, covers and backgrounds: Captum's numbers with the same pictures."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from captum.attr import DeepLiftShap, GradientShap, IntegratedGradients, Occlusion, ShapleyValues
from PIL import Image

from tests.attribution.nets import NETS, layered, pictures
from tests.attribution.test_rescaling import pooled
from xai_core import InputSpec, LoadedModel, baseline_pictures, explain
from xai_core.attribution import baseline_notice, completeness
from xai_core.attribution.hiding.baselines import drawn_baselines
from xai_core.attribution.hiding.superpixels import segments
from xai_core.base.errors import InputError, MethodError
from xai_core.pictures.backgrounds import held as backgrounds

SEVERAL = np.random.default_rng(5).normal(size=(3, *pictures().shape[1:])).astype(np.float32)
BOTH = [layered, NETS["smooth"]]


def same(ours: Any, theirs: torch.Tensor) -> None:
    theirs = theirs.detach().numpy()
    np.testing.assert_allclose(ours.values, theirs, rtol=2e-4, atol=1e-5 * np.abs(theirs).max())


@pytest.mark.proof("integrated-gradients", "occlusion", by="Captum", on=("layered", "smooth"))
@pytest.mark.parametrize("make", BOTH)
def test_integrated_gradients_and_occlusion_take_another_picture(make):
    x, other = torch.from_numpy(pictures()), torch.from_numpy(SEVERAL[:1])
    theirs = IntegratedGradients(make()).attribute(x, other, target=2, n_steps=9)
    same(explain(make(), pictures(), 2, "integrated-gradients", n_steps=9,
                 baseline_pictures=SEVERAL[0]), theirs)  # fmt: skip
    theirs = Occlusion(make()).attribute(x, (3, 4, 4), (3, 4, 4), other, target=2)
    found = explain(make(), pictures(), 2, "occlusion", window=4, stride=4,
                    baseline_pictures=SEVERAL[0])  # fmt: skip
    same(found, theirs)
    each = [explain(make(), pictures(), 2, "occlusion", baseline_pictures=one) for one in SEVERAL]
    mean = np.mean([one.values for one in each], axis=0)
    several = explain(make(), pictures(), 2, "occlusion", baseline_pictures=SEVERAL)
    np.testing.assert_allclose(several.values, mean, rtol=1e-4, atol=1e-6)


@pytest.mark.proof("deep-lift-shap", by="Captum", on=("layered", "pooled"))
@pytest.mark.proof("deep-lift-shap", by="completeness", on=("layered", "pooled"))
@pytest.mark.parametrize("make", [layered, pooled])
def test_deep_lift_shap_takes_captums_background(make):
    net = make()
    theirs = DeepLiftShap(net).attribute(
        torch.from_numpy(pictures()), torch.from_numpy(SEVERAL), target=2
    )
    found = explain(net, pictures(), 2, "deep-lift-shap", baseline_pictures=SEVERAL)
    same(found, theirs)
    assert (completeness.error_of(found) or 0) < 1e-4
    assert baseline_notice.told(found) == ""
    noisy = explain(net, pictures(), 2, "deep-lift-shap", starts=2)
    assert "not training pictures" in baseline_notice.told(noisy)


@pytest.mark.proof("gradient-shap", by="Captum", on=("layered", "smooth"))
@pytest.mark.parametrize("make", BOTH)
def test_expected_gradients_are_captums_at_the_same_places(make, monkeypatch):
    count, seed = 8, 3
    given = SimpleNamespace(start="picture", baseline_pictures=backgrounds.hold(SEVERAL))
    task = SimpleNamespace(parameters=given, inputs=torch.from_numpy(pictures()), seed=seed)
    order = [int(np.argmin([np.abs(one.numpy() - other).sum() for other in SEVERAL]))
             for one in drawn_baselines(task, count)]  # fmt: skip
    assert sorted(order[:3]) == sorted(order[3:6]) == [0, 1, 2]
    places = (np.arange(count) + np.random.default_rng(seed).random(count)) / count
    monkeypatch.setattr(np.random, "uniform", lambda *_, **__: places)
    monkeypatch.setattr(np.random, "choice", lambda *_, **__: np.array(order))
    theirs = GradientShap(make()).attribute(
        torch.from_numpy(pictures()), torch.from_numpy(SEVERAL), n_samples=count, target=2
    )
    same(explain(make(), pictures(), 2, "gradient-shap", seed, starts=count,
                 baseline_pictures=SEVERAL), theirs)  # fmt: skip


@pytest.mark.proof("kernel-shap", by="Captum", on=("smooth",))
def test_kernel_shap_hides_behind_another_picture():
    net, x = NETS["smooth"](), torch.from_numpy(pictures())
    mask = torch.from_numpy(segments(x, 3))[None, None]
    theirs = ShapleyValues(net).attribute(
        x, torch.from_numpy(SEVERAL[:1]), target=2, feature_mask=mask
    )  # exact, as ours is where all sets are within the samples
    ours = explain(net, pictures(), 2, "kernel-shap", segments=3, samples=600,
                   baseline_pictures=SEVERAL[0])  # fmt: skip
    np.testing.assert_allclose(ours.values[0, 0], theirs[0, 0], rtol=1e-3, atol=1e-5)


def test_files_are_prepared_as_the_picture(tmp_path: Path) -> None:
    spec = InputSpec.for_shape(3, 12, 10)
    noise = np.random.default_rng(0).integers(0, 255, (30, 40, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.png")
    Image.fromarray(255 - noise).save(tmp_path / "b.png")
    text = baseline_pictures(tmp_path, spec)
    assert backgrounds.pictures_of(text).shape == (2, 3, 12, 10)
    files = [tmp_path / "a.png", tmp_path / "b.png"]
    assert baseline_pictures(files, spec) == text
    np.save(tmp_path / "ready.npy", backgrounds.pictures_of(text))
    assert baseline_pictures(tmp_path / "ready.npy", spec) == text  # prepared already
    model = LoadedModel(tmp_path, "torch-eager", "", 0, layered(), spec, "")
    found = explain(model, pictures(), 2, "deep-lift", baseline_pictures=files)
    assert (found.parameters["start"], found.parameters["baseline_pictures"]) == ("picture", text)
    with pytest.raises(InputError, match="not known here"):
        explain(layered(), pictures(), 2, "deep-lift", baseline_pictures=tmp_path / "a.png")


def test_what_is_missing_or_does_not_fit_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    with pytest.raises(MethodError, match="no picture for its baseline"):
        explain(layered(), pictures(), 2, "deep-lift", start="picture")
    with pytest.raises(MethodError, match="3×4×4 as prepared; the explained one is 3×12×10"):
        explain(layered(), pictures(), 2, "occlusion", baseline_pictures=SEVERAL[:, :, :4, :4])
    gone = f"2:{'0' * 64}"
    with pytest.raises(InputError, match=r"2 pictures \(00000000\) of the baseline are not here"):
        explain(layered(), pictures(), 2, "occlusion", baseline_pictures=gone)
    text = backgrounds.kept(backgrounds.hold(SEVERAL))
    monkeypatch.setattr(backgrounds, "_held", type(backgrounds._held)())  # another process
    np.testing.assert_array_equal(backgrounds.pictures_of(text), SEVERAL)
    backgrounds.file_of(text).write_bytes(b"1 1 1 1\n0000")
    monkeypatch.setattr(backgrounds, "_held", type(backgrounds._held)())
    with pytest.raises(InputError, match="not here any more"):
        backgrounds.pictures_of(text)


def test_what_is_no_picture_is_told_and_none_is_none() -> None:
    plain = explain(layered(), pictures(), 2, "integrated-gradients", n_steps=2)
    none = explain(
        layered(), pictures(), 2, "integrated-gradients", n_steps=2, baseline_pictures=None
    )
    np.testing.assert_array_equal(none.values, plain.values)
    for given in (5, torch.from_numpy(SEVERAL), [SEVERAL[0]]):
        with pytest.raises(InputError, match="files or an array"):
            baseline_pictures(given, InputSpec.for_shape(3, 12, 10))


def test_too_many_are_refused_before_all_are_read(monkeypatch, tmp_path) -> None:
    from xai_core.pictures.preprocessing import open_picture

    spec, opened = InputSpec.for_shape(3, 12, 10), []

    def opening(path: Path, spec: InputSpec) -> Any:
        opened.append(path)
        return open_picture(path, spec)

    for number in range(5):
        Image.new("RGB", (10, 12)).save(tmp_path / f"{number}.png")
    monkeypatch.setattr(backgrounds, "MOST_BYTES", 2 * 4 * 3 * 12 * 10)
    with pytest.raises(InputError, match="Take fewer"):
        baseline_pictures(tmp_path, spec, opening)
    assert len(opened) == 3
    monkeypatch.undo()
    with pytest.raises(InputError, match="Take fewer"):
        backgrounds.hold(np.zeros((100_000, 1, 1, 1), np.float32))
    with pytest.raises(InputError, match="no pictures"):
        backgrounds.from_bytes(b"65536 65536 65536 65536\n")  # 2 to the 64


def test_pictures_that_are_gone_are_missed_only_where_they_are_looked_at(monkeypatch, tmp_path):
    from xai_core.worker.wire.pictures import with_pictures

    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    gone = {"start": "constant", "baseline_pictures": f"2:{'1' * 64}"}
    found = explain(layered(), pictures(), 2, "deep-lift", **gone)
    assert with_pictures({"parameters": gone}, (SEVERAL,)) == ({"parameters": gone}, (SEVERAL,))
    backgrounds.write_beside(tmp_path, [found.parameters])
    assert not list(tmp_path.glob(f"{backgrounds.BESIDE}*"))
    here = explain(layered(), pictures(), 2, "deep-lift", baseline_pictures=SEVERAL)
    params, arrays = with_pictures({"parameters": here.parameters, "old": gone}, (SEVERAL,))
    assert params["pictures_held"] == 1
    np.testing.assert_array_equal(arrays[1], SEVERAL)


def test_pictures_of_one_call_push_none_of_it_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backgrounds, "_held", type(backgrounds._held)())
    monkeypatch.setattr(backgrounds, "HELD_BYTES", 100)
    several = [np.full((1, 1, 4, 4), value, np.float32) for value in (1, 2, 3)]
    backgrounds.hold(0 * several[0])
    texts = backgrounds.hold_all(several)
    assert list(backgrounds._held) == texts  # without the one of the call before
    after = backgrounds.hold(4 * several[0])
    assert list(backgrounds._held) == [after]
