"""Copy link: to exactly what is on screen, and who can open it."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from components.session import text

_FOLDER = Path(__file__).parent
_button = st.components.v2.component(
    "pedestal_copy_link",
    css=(_FOLDER / "share.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "share.js").read_text(encoding="utf-8"),
)


def show(address: str, *, key: str) -> None:
    """Draw the button, and say where the address leads to nothing."""
    _button(data={"link": address}, key=key)
    told = reach(address)
    if told:
        st.caption(text.plain(told))


def address(page: str, query: str) -> str:
    """A link: the server as this browser sees it, with its path, no page, and the query."""
    return f"{base(page)}?{query}"


def base(page: str) -> str:
    """The address of the server as this browser sees it, with its path and no page."""
    parts = urlsplit(str(st.context.url or ""))
    path = parts.path.removesuffix(page).rstrip("/") + "/"
    return f"{parts.scheme}://{parts.netloc}{path}" if parts.netloc else path


def reach(address: str) -> str:
    """Who can open a link, where that is not everybody; empty where nothing is known against it."""
    host = (urlsplit(address).hostname or "localhost").rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return HERE
    try:
        number = ip_address(host)
    except ValueError:
        return NETWORK if "." not in host or host.endswith((".local", ".lan", ".internal")) else ""
    if number.is_loopback or number.is_unspecified:
        return HERE
    return NETWORK if number.is_private or number.is_link_local else ""


def leads(address: str) -> bool:
    """Whether anybody but who sits at this machine can open it."""
    return reach(address) != HERE


HERE = (
    "Only this computer can open this link: its address is localhost. Send the report or the "
    "picture instead, or open Pedestal by the address that others reach."
)
NETWORK = "Only who is in the same network can open this link."
