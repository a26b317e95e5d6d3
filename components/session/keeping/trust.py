"""Trust is a person's word to the server that runs now; a server that starts later asks again."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from components.session.keeping.places import SHIPPED, is_shipped

_secret = secrets.token_bytes(32)  # ends with this process, and every word with it


def word(source: Mapping[str, Any]) -> str:
    """What only this process can say of a model that was opened with trust, as it was opened."""
    told = json.dumps({**source, "word": None}, sort_keys=True).encode()
    return hmac.new(_secret, told, hashlib.sha256).hexdigest()


def stands(source: Mapping[str, Any]) -> bool:
    """Whether trust in a kept model still holds: its word is ours, or it is one of the gallery."""
    given = source.get("word")
    if isinstance(given, str) and hmac.compare_digest(given.encode(), word(source).encode()):
        return True
    file, code = source["file"], source["options"]["code"]
    return is_shipped(file) and code == [{SHIPPED: f"{file[SHIPPED]} code"}]
