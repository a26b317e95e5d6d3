"""Each method and metric has its proof: a comparison with what was not written or run for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.proofs import INDEPENDENT, LIBRARIES, SUMS, Proof, by_subject, proofs, told
from xai_core.attribution.methods.base import METHODS, Method
from xai_core.scores.metrics.base import METRICS, Metric, ModelMetric

FOUND = proofs()
BY_SUBJECT = by_subject(FOUND)
ADDS_UP = ("path", "relevance")  # families that promise it, and:
ALSO_ADDS_UP = ("kernel-shap",)
ROOT = Path(__file__).parents[1]


def independent(one: Method | Metric) -> list[Proof]:
    """Its proofs, without those by the library that computes it."""
    module = type(one).__module__.replace(".", "/")
    text = (ROOT / f"{module}.py").read_text(encoding="utf-8").lower()
    calls = ("by {}", "from {}", "{}_calls")  # what it says and what it imports
    inside = {name for name in LIBRARIES if any(c.format(name.lower()) in text for c in calls)}
    ways = set(INDEPENDENT) - inside
    return [proof for proof in BY_SUBJECT[one.name] if proof.by in ways]


def nets(found: list[Proof]) -> set[str]:
    return {net for proof in found for net in proof.on}


def test_every_method_is_proved() -> None:
    assert not [one.name for one in METHODS if not independent(one)]


def test_every_method_is_proved_on_two_networks() -> None:
    compared = {one.name: [p for p in BY_SUBJECT[one.name] if p.by not in SUMS] for one in METHODS}
    assert not {name: nets(found) for name, found in compared.items() if len(nets(found)) < 2}


def test_what_promises_to_add_up_is_seen_to() -> None:
    promised = [one.name for one in METHODS if one.family in ADDS_UP or one.name in ALSO_ADDS_UP]
    assert not [name for name in promised if not {p.by for p in BY_SUBJECT[name]} & set(SUMS)]


def test_every_metric_is_proved() -> None:
    assert not [one.name for one in METRICS if not independent(one)]


def test_a_metric_that_asks_a_model_is_proved_on_two() -> None:
    asking = [one.name for one in METRICS if isinstance(one, ModelMetric)]
    found = {name: nets(BY_SUBJECT[name]) for name in asking}
    assert not {name: seen for name, seen in found.items() if len(seen) < 2}


def test_marks_say_what_there_is() -> None:
    assert {proof.by for proof in FOUND} <= {*INDEPENDENT, *SUMS}
    assert set(BY_SUBJECT) <= {*METHODS.names(), *METRICS.names()}
    assert not [proof for proof in FOUND if proof.unknown]


MADE_UP = """
import pytest
ONES = {"saliency": 1}
def small(): return 2
BOTH = ["small", "large"]
@pytest.mark.proof(*ONES, "rise", by="Captum", on=BOTH)
@pytest.mark.parametrize("method", ONES)
def test_it(method): assert small()
@pytest.mark.parametrize("net", BOTH)
@pytest.mark.proof("lime", by="a plain version", on=BOTH)
def test_other(net): assert "lime"
"""


def test_a_mark_that_tells_more_than_its_test_does_is_seen(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "scores"
    folder.mkdir(parents=True)
    (folder / "test_made_up.py").write_text(MADE_UP, encoding="utf-8")
    name = "tests/scores/test_made_up.py::test_"
    both = ("small", "large")
    first, second, third = proofs(tmp_path)
    assert first == Proof("saliency", "Captum", both, f"{name}it", ("large",))
    assert second == Proof("rise", "Captum", both, f"{name}it", ("rise", "large"))
    assert third == Proof("lime", "a plain version", both, f"{name}other")
    assert told([third]) == ("a plain version (small, large)", "`scores/test_made_up.py`")
    (folder / "test_made_up.py").write_text(MADE_UP.replace("*ONES,", "*sorted(ONES),"))
    with pytest.raises(ValueError, match="Write out what a proof names"):
        proofs(tmp_path)
