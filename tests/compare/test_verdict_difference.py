"""Two verdicts side by side."""

from __future__ import annotations

from xai_core.base.finding import Finding
from xai_core.compare.verdicts import verdict_difference
from xai_core.readiness.result import Availability, Verdict

YES = Availability(True)


def test_a_verdict_does_not_differ_from_itself() -> None:
    one = Verdict("m", "0", "onnx", "ready", "", (Finding("rectifiers", "info", "3 of 3"),))
    assert verdict_difference(one, one).same


def test_level_findings_and_methods_are_told_apart() -> None:
    shared = Finding("rectifiers", "info", "3 of 3", layer="1")
    renamed = Finding("rectifiers", "info", "3 of 3", layer="relu_1")
    hidden = Finding("layers-hidden", "error", "No layers.")
    first = Verdict("a", "0", "torch-eager", "ready", "", (shared,), methods={"grad-cam": YES})
    second = Verdict(
        "b",
        "1",
        "torchscript",
        "input-gradients",
        "",
        (renamed, hidden),
        methods={"grad-cam": Availability(False, "Out of sight."), "occlusion": YES},
    )
    found = verdict_difference(first, second)
    assert found.levels == ("ready", "input-gradients")
    assert (found.only_first, found.only_second) == ((), (hidden,))
    assert found.lost == {"grad-cam": "Out of sight."}
    assert found.gained == {"occlusion": "It was not checked."}
    assert not found.same
