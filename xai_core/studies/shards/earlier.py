"""Studies of the version before: a JSON file for each picture and method."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from xai_core.studies.entry import read_entry
from xai_core.studies.shards.row import Row

NAME = re.compile(r"([0-9a-f]{64})-(.+)-[0-9a-f]{16}\.json")


def rows_of_earlier(folder: Path) -> Iterator[Row]:
    """What such files of a folder hold, as rows; broken ones are left out.

    They did not say what a picture is called: its first digits name it.
    """
    for path in sorted(folder.glob("*.json")):
        found, entry = NAME.fullmatch(path.name), read_entry(path)
        if found is not None and entry is not None:
            parameters = json.loads(path.read_text(encoding="utf-8")).get("parameters", {})
            yield Row.of_entry(found[1], found[1][:16], found[2], parameters, entry)
