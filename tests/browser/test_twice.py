"""What stands on a page twice is looked at again, and told where that does not end."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import twice

TWO = "<button>Go</button><button id=old>Go</button>"
LATER = "<script>setTimeout(() => document.getElementById('old').remove(), 400)</script>"


def test_it_is_waited_for_until_one_is_left(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = browser.new_page()
    button = page.get_by_role("button", name="Go")
    page.set_content(TWO + LATER)
    expect(button).to_be_visible()
    page.set_content(TWO + LATER)
    button.click()
    monkeypatch.setattr(twice, "MOMENT", 0.3)
    page.set_content(TWO)
    with pytest.raises(AssertionError, match=twice.TWICE):
        expect(button).to_be_visible()
    page.close()
