"""Whether a browser runs on the server's own machine, as the connection and its headers tell."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

LOCAL = ("localhost", "127.0.0.1", "::1", None)
# What proxies add, each of another kind; one is enough.
FORWARDING = (
    *("forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip"),
    *("cf-connecting-ip", "fastly-client-ip", "x-original-host", "x-envoy-external-address"),
)


def at_the_machine(address: str | None, headers: Mapping[str, str]) -> bool:
    """Whether the browser asks from this machine, and for this machine.

    A proxy names the browser that it speaks for, or the host that was asked; one that names
    neither is known by the page that the browser says it comes from (`Origin`).
    """
    given = {name.lower(): value for name, value in headers.items()}
    if forwarded(given) or not is_local(given.get("host") or "localhost"):
        return False
    origin = given.get("origin")
    if origin and not is_local(urlsplit(origin).netloc):
        return False
    return address in LOCAL or loops(address)


def forwarded(headers: Mapping[str, str]) -> bool:
    """Whether a proxy says that it speaks for somebody. headers: names in small letters."""
    return any(
        value and (name in FORWARDING or name.startswith("x-forwarded"))
        for name, value in headers.items()
    )


def is_local(host: str) -> bool:
    """Whether a host, with or without a port, is this machine by name."""
    try:
        found = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return found is not None and found in LOCAL


def loops(address: str | None) -> bool:
    """Whether a connection comes from this machine."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback
