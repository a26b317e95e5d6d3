"""URLs that `fsspec` opens: what they need, and how they are shown."""

from __future__ import annotations

import re
from typing import Any

from xai_core.base.errors import InputError, first_line

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")  # a letter and a colon is a disk of Windows
USER = re.compile(r"(?<=://)[^/?#\s]*@")
QUERY = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+://[^\s?#]*)[?#][^\s'\"]*")
PACKAGES = {
    **dict.fromkeys(("s3", "s3a"), "s3fs"),
    **dict.fromkeys(("gs", "gcs"), "gcsfs"),
    **dict.fromkeys(("http", "https"), "aiohttp"),
    **dict.fromkeys(("abfs", "abfss", "az", "adl"), "adlfs"),
    **dict.fromkeys(("sftp", "ssh"), "paramiko"),
    "smb": "smbprotocol",
    "hf": "huggingface_hub",
    "webhdfs": "requests",
}


def is_url(text: str) -> bool:
    """Whether it begins with a protocol."""
    return URL.match(text) is not None


def without_credentials(text: str) -> str:
    """The same without the users, passwords and signed queries of the URLs in it."""
    return QUERY.sub(r"\1", USER.sub("", text))


def system_of(url: str) -> tuple[Any, str]:
    """The file system that `fsspec` has for a URL, and the path in it.

    Raises:
        InputError: it knows no such protocol, or needs a package that is not installed.
    """
    import fsspec

    protocol = url.split("://", 1)[0].lower()
    try:
        system, path = fsspec.core.url_to_fs(url)
    except ImportError as cause:
        package = PACKAGES.get(protocol)
        raise InputError(
            f"Pictures at {protocol}:// need a package that is not installed here.",
            f"pip install {package}" if package else first_line(cause),
        ) from None
    except Exception as cause:
        known = "Known are, among others, s3, gs, az, https and sftp."
        told = without_credentials(first_line(cause))
        raise InputError(f"{without_credentials(url)} cannot be opened: {told}.", known) from None
    return system, str(path)
