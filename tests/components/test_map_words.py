"""What is said of a map in words: how far it is sampled, what it was asked with."""

from __future__ import annotations

from components.maps import preview


def test_every_standard_error_is_told() -> None:
    assert preview.sampled(1, {"standard_error": 0.034}) == "standard error 3.4 %"
    told = preview.sampled(9, {"samples": 5, "standard_error": 0.5})
    assert told == "stopped after 5 of 9, standard error 50.0 %"
    assert preview.sampled(1, {"standard_error": "x"}) == preview.sampled(1, {}) == ""
