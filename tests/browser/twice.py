"""For a moment an element stands on a page twice, the old one and the one that is drawn anew.

Playwright waits for what is not there yet, and fails at once where two are there: here it looks
again until the moment is over.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from playwright.sync_api import Error, Locator, LocatorAssertions

MOMENT, LOOK = 60.0, 0.1  # seconds
TWICE = "strict mode violation"
ACTIONS = (
    *("click", "fill", "press", "focus", "hover", "check", "dblclick", "set_input_files"),
    *("input_value", "inner_text", "get_attribute", "bounding_box", "evaluate", "element_handle"),
    *("is_visible", "blur", "select_option", "scroll_into_view_if_needed", "text_content"),
    *("wait_for", "uncheck", "set_checked", "inner_html", "is_checked", "is_enabled"),
)


def look_again() -> None:
    """From now on, in this process."""
    checks = [name for name in vars(LocatorAssertions) if name.startswith(("to_", "not_to_"))]
    for owner, names in ((LocatorAssertions, checks), (Locator, ACTIONS)):
        for name in names:
            setattr(owner, name, _patient(getattr(owner, name)))


def _patient(call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def waiting(*given: Any, **named: Any) -> Any:
        end = time.monotonic() + MOMENT
        while True:
            try:
                return call(*given, **named)
            except (AssertionError, Error) as error:
                if TWICE not in str(error) or time.monotonic() > end:
                    raise
            time.sleep(LOOK)

    return waiting
