"""What every kind of target promises, and how wrong use is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.attribution.settings import ON_CONVOLUTIONS, fast
from tests.targets.cases import CASES, Case, name_of, net_of, target
from tests.targets.nets import net, pictures
from xai_core import Target, XaiError, assess, explain
from xai_core.attribution.context import explained_of
from xai_core.base.errors import InputError, MethodError, ModelError
from xai_core.base.parameters import describe
from xai_core.base.target import asked_from_json, asked_to_json
from xai_core.maps.recipe import Recipe
from xai_core.scores.measurement import Measurement, measure
from xai_core.targets.kinds.base import TARGETS, region_of
from xai_core.targets.kinds.similarity import embedding, reference
from xai_core.targets.outputs import predict
from xai_core.targets.resolution import fitting, named, of_other_class

each = pytest.mark.parametrize("case", CASES, ids=name_of)
LABELS = ("ant", "bee", "cat", "dog")


def form_of(name: str) -> Any:
    with torch.no_grad():
        return predict(net_of(name)(torch.from_numpy(pictures())), 1).form


def test_forms_need_no_torch() -> None:
    code = (
        "import sys; from xai_core.targets.kinds.base import TARGETS;"
        "from xai_core.base.parameters import describe; import xai_core.targets.resolution;"
        "[describe(one.Parameters) for one in TARGETS];"
        "sys.exit(any(name in sys.modules for name in ('torch', 'captum', 'scipy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("kind", TARGETS, ids=lambda one: one.name)
def test_a_kind_says_what_a_form_shows(kind: Any) -> None:
    assert all((kind.title, kind.summary.endswith("."), kind.formula))
    for info in describe(kind.Parameters):
        assert info.help.endswith("."), info.name
        if info.kind is int:
            assert info.minimum is not None
            assert info.maximum is not None
            assert info.minimum <= info.default <= info.maximum


@each
def test_a_kind_is_offered_where_it_fits(case: Case) -> None:
    assert case[0] in [one.name for one in fitting(form_of(case[1]))]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        (
            "classes",
            {
                *("logit", "probability", "log-odds", "margin"),
                *("regression", "similarity", "entry"),
            },
        ),
        (
            "dense",
            {
                *("logit", "predicted-region", "box", "connected-region", "mask"),
                *("similarity", "entry"),
            },
        ),
        (
            "one",
            {
                *("logit", "predicted-region", "box", "connected-region", "mask"),
                *("anomaly", "entry"),
            },
        ),
        ("single", {"logit", "log-odds", "regression", "entry"}),
        ("lists", {"logit", "detection", "detection-overlap", "entry"}),
    ],
)
def test_only_fitting_kinds_are_offered(name: str, kinds: set[str]) -> None:
    assert {one.name for one in fitting(form_of(name)) if not one.inner} == kinds


@each
def test_the_choice_and_the_sentence_come_back_from_json(case: Case) -> None:
    explained = explained_of(net_of(case[1]), pictures(), target(case))[0]
    again = asked_from_json(json.loads(json.dumps(asked_to_json(explained))))
    assert again == explained
    assert asked_from_json(json.loads(json.dumps(asked_to_json(target(case))))) == target(case)
    assert explained.sentence
    assert not explained.sentence.endswith(".")
    assert named(explained, None) == explained


@each
def test_a_fixed_target_is_not_chosen_again(case: Case) -> None:
    module = net_of(case[1])
    explained = explained_of(module, pictures(), target(case))
    other = pictures(seed=9)
    assert explained_of(module, other, explained[0]) == explained


@pytest.mark.parametrize("method", [name for name in ON_CONVOLUTIONS if name != "finer-cam"])
@pytest.mark.parametrize("kind", ["margin", "box", "detection", "entry"])
def test_methods_work_for_every_kind(
    method: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = next(one for one in CASES if one[0] == kind)
    monkeypatch.setattr("torch.nn.functional.softplus", torch.nn.functional.relu)
    one = explain(net_of(case[1]), pictures(2), target(case), method, **fast(method))
    assert one.values.shape[2:] == pictures().shape[2:]
    assert [told.target.kind for told in one.explained] == [kind, kind]


@pytest.mark.parametrize(
    ("sentence", "kind", "name", "given"),
    [
        ("the probability of bee (1)", "probability", "classes", {"index": 1}),
        (
            "the score of bee (1) minus that of dog (3)",
            "margin",
            "classes",
            {"index": 1, "against": 3},
        ),
        ("what lowers dog (output 3)", "regression", "classes", {"index": 3, "direction": "down"}),
        ("what raises the only output", "regression", "single", {}),
        (
            "the mean score of cat (2) over the 4 of 30 output pixels in the box of rows 4 to 7, "
            "columns 2 to 5",
            "box",
            "dense",
            {"index": 2, "top": 4, "left": 2, "bottom": 8, "right": 6},
        ),
        (
            "element 1 of output['logits']",
            "entry",
            "nested",
            {"reducer": "element", "element": "1"},
        ),
        (
            "the sum of output['heads'][1]",
            "entry",
            "nested",
            {"path": "['heads'][1]", "reducer": "sum"},
        ),
        ("the mean of the anomaly map", "anomaly", "one", {"statistic": "mean"}),
    ],
)
def test_the_sentence_says_what_is_explained(
    sentence: str, kind: str, name: str, given: dict[str, Any]
) -> None:
    explained = explained_of(net_of(name), pictures(), Target(kind, given))[0]
    assert named(explained, LABELS).sentence == sentence


@pytest.mark.parametrize(
    ("kind", "name", "given", "words"),
    [
        ("probability", "dense", {}, "There fit: logit, predicted-region, box"),
        ("box", "classes", {}, "There fit: logit, probability, log-odds, margin"),
        ("detection", "classes", {}, "boxes and scores in lists"),
        ("logit", "lists", {"index": 77}, "There is no class 77"),
        ("probability", "lists", {}, "Choose a detection target"),
        ("margin", "classes", {"index": 2, "against": 2}, "no margin to itself"),
        ("margin", "classes", {"index": 4}, "There is no class 4: the model has 4"),
        ("regression", "classes", {"index": 4}, "There is no output 4"),
        ("regression", "classes", {"direction": "left"}, "one of up, down"),
        ("box", "dense", {"top": 9, "bottom": 3}, "has no pixel in a picture of 12 rows"),
        ("box", "dense", {"left": 50}, "has no pixel"),
        ("connected-region", "dense", {"row": 12}, "outside the picture"),
        ("mask", "dense", {}, "There is no mask yet"),
        ("mask", "dense", {"mask": "3x3:AAAA"}, "packed bits; this is none"),
        ("mask", "dense", {"mask": "99999x99999:AAAA"}, "packed bits; this is none"),
        ("similarity", "classes", {"reference": "cat:AAAA"}, "this is none"),
        ("similarity", "classes", {"reference": reference(np.ones(3))}, "has 3 numbers"),
        ("similarity", "single", {}, "single one"),
        ("detection", "rows", {"box": 4}, "There is no box 4: the model finds 4"),
        ("detection-overlap", "rows", {"top": 900}, "No box of the model overlaps"),
        ("entry", "nested", {"path": "['nothing']"}, "has no entry ['nothing']"),
        ("entry", "nested", {"reducer": "element", "element": "9"}, "its shape is [4]"),
        ("entry", "nested", {"reducer": "element", "element": "-1"}, "3 or 3,10,12"),
        ("entry", "nested", {"path": "['heads']"}, "is no tensor but list"),
        ("anomaly", "dense", {}, "one channel; the output has 3"),
        ("centre", "dense", {}, "no kind of target called 'centre'"),
        ("box", "dense", {"depth": 3}, "There is no parameter 'depth'"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_does(
    kind: str, name: str, given: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError) as refused:
        explain(net_of(name), pictures(), Target(kind, given), "saliency")
    assert words in str(refused.value)
    assert refused.value.hint


@pytest.mark.parametrize("path", ["['label']", "['loose']"])
def test_a_target_that_leaves_the_graph_is_refused_with_the_reason(path: str) -> None:
    module = net("nested")
    asked = Target("entry", {"path": path})
    with pytest.raises((ModelError, MethodError)) as refused:
        explain(module, pictures(), asked, "saliency")
    assert refused.value.code == "no-gradient"
    assert f"output{path}" in str(refused.value)
    verdict = assess(module, pictures(), asked)
    assert verdict.level == "inference-only"
    assert "no-gradient" in [one.code for one in verdict.findings if one.severity == "error"]
    assert assess(module, pictures(), Target("entry", {"path": "['logits']"})).level == "ready"


@pytest.mark.parametrize("case", CASES[5:8], ids=name_of)
def test_readiness_is_about_the_target(case: Case) -> None:
    verdict = assess(net_of(case[1]), pictures(), target(case))
    assert verdict.level == "ready"
    assert verdict.evidence["explained"].startswith("the ")
    assert verdict.evidence["finite_difference_cosine"] > 0.999


def test_a_dead_class_and_an_empty_region_are_told() -> None:
    class Flat(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.cat([x[:, :1].abs() + 1, -x[:, :1].abs()], 1)

    with pytest.raises(InputError, match="predicts class 1 nowhere"):
        explain(Flat(), pictures(), Target("predicted-region", {"index": 1}), "saliency")
    with torch.no_grad():
        best = net("dense")(torch.from_numpy(pictures()))[0].argmax(0)
    elsewhere = next(one for one in range(3) if one != best[0, 0] and (best == one).any())
    with pytest.raises(InputError, match=f"another class than {elsewhere}"):
        explain(net("dense"), pictures(), Target("connected-region", {"index": elsewhere}))


def test_the_region_is_kept_with_the_choice() -> None:
    explained = explained_of(net("dense"), pictures(), Target("predicted-region", {"index": 1}))[0]
    with torch.no_grad():
        best = net("dense")(torch.from_numpy(pictures()))[0].argmax(0).numpy()
    np.testing.assert_array_equal(region_of(explained.chosen), best == 1)
    other = of_other_class(explained, 2)
    assert other.chosen["mask"] == explained.chosen["mask"]
    assert other.index == 2


def test_metrics_that_ask_the_model_know_every_target() -> None:
    module, inputs, recipe = net("dense"), pictures(), Recipe(quantile=None)
    one = explain(module, inputs, Target("predicted-region"), "saliency")
    for metric in ("random-logit", "pixel-flipping", "sensitivity"):
        found = measure(module, inputs, one, recipe, metric)
        assert found.score is not None, (metric, found.cause)
    entry = explain(module, inputs, Target("entry"), "saliency")
    assert measure(module, inputs, entry, recipe, "random-logit") == Measurement(
        None, "What is explained is no class: there is no other to compare with."
    )
    assert measure(module, inputs, entry, recipe, "pixel-flipping").score is not None


def test_an_embedding_keeps_its_name_and_numbers() -> None:
    name, vector = embedding(reference(np.array([1.5, -2.0], np.float32), "a: b.png"))
    assert name == "a: b.png"
    assert vector.tolist() == [1.5, -2.0]


def test_a_target_fixed_on_another_model_is_refused() -> None:
    wrong = explained_of(net("classes"), pictures(), 3)[0]
    with pytest.raises(XaiError):
        explain(net_of("single"), pictures(), wrong, "saliency")
