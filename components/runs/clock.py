"""When something was, for a person: in the browser's zone where that is known, else in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st

# Not by the server's language, as `strftime` would have it.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def told(moment: str, *, seconds: bool = False) -> str:
    """A moment in ISO 8601 as `29 Nov 2026, 14:05 UTC`; as it is where it is none."""
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    zone, name = _zone()
    at = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(zone)
    clock = f"{at:%H:%M:%S}" if seconds else f"{at:%H:%M}"
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}, {clock}{name}"


def _zone() -> tuple[ZoneInfo, str]:
    """The browser's, and what is said of it: nothing where the wall's clock is meant."""
    try:
        found = st.context.timezone
        if isinstance(found, str) and found not in ("UTC", "Etc/UTC"):
            return ZoneInfo(found), ""
    except (KeyError, ValueError, OSError):  # what a browser says may be no zone
        pass
    return ZoneInfo("UTC"), " UTC"
