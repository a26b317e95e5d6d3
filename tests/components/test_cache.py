"""Results that all sessions share."""

from __future__ import annotations

import pytest

from components.session.jobs.cache import ResultCache


def test_a_result_is_computed_once_and_the_oldest_is_forgotten() -> None:
    known, computed = ResultCache(2), []

    def compute(key: str) -> str:
        return known.get(key, lambda: computed.append(key) or key.upper())  # type: ignore[func-returns-value]

    assert [compute(key) for key in ("a", "b", "a", "c", "a", "b")] == list("ABACAB")
    assert computed == ["a", "b", "c", "b"]
    assert "a" in known
    assert "c" not in known


def test_an_error_is_not_kept_and_nothing_is_computed_under_a_lock() -> None:
    known = ResultCache()

    def fail() -> int:
        raise ValueError("once")

    with pytest.raises(ValueError, match="once"):
        known.get("key", fail)
    assert known.get("key", lambda: known.get("inner", lambda: 1) + 1) == 2
