"""The tuning bench as a browser gets it: for the dashboard, and for a report without a server."""

from __future__ import annotations

from pathlib import Path

from xai_core.bench import modules

_FOLDER = Path(__file__).parent


def script() -> str:
    """One JavaScript module; its default export draws a bench, see `js/bench.js`."""
    return modules.joined(_FOLDER / "js" / "bench.js")


def styles() -> str:
    """Its style sheet, in the colours and fonts of the page's `--st-…` variables."""
    sheets = sorted((_FOLDER / "css").glob("*.css"))
    return "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
