from __future__ import annotations

from xai_core.base.finding import by_reason


def test_a_reason_stands_once_with_all_who_share_it() -> None:
    reasons = {"saliency": "No gradient.", "grad-cam": "No layer.", "smoothgrad": "No gradient."}
    assert by_reason(reasons) == {
        "No gradient.": ("saliency", "smoothgrad"),
        "No layer.": ("grad-cam",),
    }
    assert list(by_reason(reasons)) == ["No gradient.", "No layer."]
    assert by_reason({}) == {}
