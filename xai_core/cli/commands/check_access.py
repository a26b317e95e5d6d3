"""`check-access`: whether a server behind a proxy tells strangers from its own machine."""

from __future__ import annotations

import argparse
from http.client import HTTPException, HTTPResponse
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from xai_core.base.errors import InputError, XaiError
from xai_core.cli.console import say

SECONDS = 20
HEALTH, OWN = "/_stcore/health", "/_stcore/metrics"  # for all, and for the machine itself
POLICY = "Content-Security-Policy"
MISSING = (
    "proxy_set_header Host $host;",
    "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    "proxy_set_header X-Forwarded-Proto $scheme;",
)


def run(args: argparse.Namespace) -> int:
    """Ask the server by the address that others use; 0 where it holds, 1 where it does not."""
    address = _address(args.address)
    if _status(address + HEALTH)[0] != 200:
        raise XaiError(
            f"{address} does not answer as Pedestal does.", "Give the address that others open."
        )
    status, policy = _status(address + OWN)
    if not policy:
        say(f"The header {POLICY} is missing: the proxy takes it away, or the server is older.")
    if status == 200:
        say(
            "The server takes whoever asks by this address for somebody who sits at its machine: "
            "they see each other's kept runs, and its metrics.",
            "If this is the server's own address, give the one that others use. If it is a "
            "proxy's, it hides whom it speaks for. For nginx, add:",
            *(f"    {line}" for line in MISSING),
        )
        return 1
    say(f"Who asks by {address} is known to come from elsewhere.")
    return 0 if policy else 1


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(
            f"Expected an address such as https://pedestal.example.org, not {text}.",
            "Write it with https:// before it.",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


class _Stay(HTTPRedirectHandler):
    """Follows nobody elsewhere."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """None: the answer is the redirection itself."""


def _status(address: str) -> tuple[int, str]:
    """Status and policy of the answer. Raises `XaiError` where there is none."""
    try:
        answer: HTTPResponse | HTTPError = build_opener(_Stay).open(
            Request(address, headers={"User-Agent": "pedestal check-access"}),  # noqa: S310 - http
            timeout=SECONDS,
        )
    except HTTPError as refused:
        answer = refused
    except (URLError, HTTPException, OSError, ValueError) as cause:
        raise XaiError(
            f"{address} cannot be reached: {cause}.", "Is the server up, and the name right?"
        ) from cause
    with answer:
        return answer.status or 0, answer.headers.get(POLICY, "")
