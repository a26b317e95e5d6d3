"""Who may come in: everybody, or those who have signed in, where the operator has set that up."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import Any

import streamlit as st

from components.session import problem, server, settings
from xai_core.base.errors import XaiError

NO_PROVIDER = ("client_kwargs",)  # tables of `[auth]` that are not a provider's own


def admitted() -> bool:
    """Whether this visitor may see the pages."""
    try:
        settings.limits()
        server.claim()
        return not _login_wanted() or (_signed_in() and _on_the_list())
    except XaiError:
        return False


def show() -> None:
    """Draw what stands between this visitor and the pages: a way to sign in, or what is wrong."""
    with st.container(key="access"):  # the style sheet keeps no room for a menu then
        st.title("Pedestal")
        _way_in()


def _way_in() -> None:
    try:
        settings.limits()
        server.claim()
        if not _login_wanted():
            return
    except XaiError as error:
        problem.show(error)
        return
    with problem.guarded():
        if _signed_in():
            st.error(
                f"{problem.plain(_name())} is not on the list of this server.",
                icon=":material/lock:",
            )
            _sign_out()
            return
        st.markdown("This server is for its team. Sign in to go on.")
        for provider in _providers():
            label = "Sign in" if provider is None else f"Sign in with {problem.plain(provider)}"
            if st.button(label, type="primary", icon=":material/login:"):
                st.login(provider)


def sidebar() -> None:
    """Draw who has signed in and a way out, where there is a login."""
    with st.sidebar, problem.guarded():
        if _login_wanted():
            st.caption(f"Signed in as {problem.plain(_name())}")
            _sign_out()


def user_key() -> str | None:
    """A stable name of who has signed in, which tells nothing about them; None without a login.

    Issuer and subject are what OpenID Connect promises to stay the same; an address may change.
    """
    if not (_login_wanted() and _signed_in()):
        return None
    who = f"{st.user.get('iss')} {st.user.get('sub') or st.user.get('email')}"
    return "user-" + hashlib.sha256(who.encode()).hexdigest()


def _sign_out() -> None:
    if st.button("Sign out", icon=":material/logout:", key="sign-out"):
        st.logout()


def _login_wanted() -> bool:
    """Whether secrets.toml has `[auth]`.

    Raises:
        XaiError: there is such a file, but it cannot be read. Streamlit takes that for no file,
            which would open the server to everybody.
    """
    if st.secrets.load_if_toml_exists():
        return "auth" in st.secrets
    if any(os.path.exists(path) for path in st.get_option("secrets.files")):
        raise XaiError(
            "The server's secrets.toml cannot be read, so nobody is let in.",
            "Its operator finds the line that is wrong in the server's log.",
        )
    return False


def _signed_in() -> bool:
    return st.user.get("is_logged_in") is True


def _on_the_list() -> bool:
    """Whether `[access]` names this user's address or its domain; without it, all may come in."""
    if "access" not in st.secrets:
        return True
    address = str(st.user.get("email") or "").lower()
    if st.user.get("email_verified") is False or "@" not in address:
        return False
    listed = st.secrets["access"]
    return address in _lower(listed, "emails") or address.partition("@")[2] in _lower(
        listed, "domains"
    )


def _lower(listed: Mapping[str, Any], name: str) -> set[str]:
    return {str(one).lower() for one in listed.get(name, ())}


def _providers() -> list[str | None]:
    """The providers by name; None is the one that `[auth]` itself describes."""
    tables = [
        name
        for name, value in st.secrets["auth"].items()
        if isinstance(value, Mapping) and name not in NO_PROVIDER
    ]
    own: list[str | None] = [None] if "client_id" in st.secrets["auth"] or not tables else []
    return own + tables


def _name() -> str:
    user = st.user
    return str(user.get("email") or user.get("name") or user.get("sub") or "unknown")
