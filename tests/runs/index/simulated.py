"""Kept runs of which only the list's facts are there: thousands are written in a second."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any


def simulated(folder: Path, number: int, owner: str = "", **facts: Any) -> str:
    """Write one, as a server without an index would, and give its id."""
    name = secrets.token_urlsafe(16)
    place = folder / name
    place.mkdir(parents=True)
    told = {
        "schema": 2,
        "model": f"net-{number % 50}.pt",
        "picture": f"wafer-{number:06d}.png",
        "target": number % 1000,
        "guesses": [],
        "attributions": {"saliency": {}, "smoothgrad": {}, "fusiongrad": {}},
        "created": f"2026-11-29T{number:08d}",
        **facts,
    }
    (place / "run.json").write_text(json.dumps(told))
    tags = [f"lot-{number % 40}"]
    (place / "label.json").write_text(json.dumps({"owner": owner, "tags": tags}))
    return name
