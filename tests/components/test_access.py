"""Without a user no page shows anything, once the operator has set up a login."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components.session import settings
from components.session.state.workspace import KEY
from tests.components.test_pages import PAGES, ROOT, texts
from xai_core.base.errors import InputError
from xai_core.base.text import JOINER

pytestmark = pytest.mark.xdist_group("app")
AUTH = {
    "redirect_uri": "http://localhost:8599/oauth2callback",
    "cookie_secret": "a-secret-of-more-than-thirty-two-characters",
    "client_id": "pedestal",
    "client_secret": "a-secret",
    "server_metadata_url": "http://localhost:9/.well-known/openid-configuration",
}
ANN = {"is_logged_in": True, "email": "Ann@Example.org", "name": "Ann"}
EVERYTHING = ("title", "markdown", "caption", "button", "selectbox", "slider", "dataframe")


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=600)


def visited(
    app: AppTest, page: str, secrets: dict[str, Any], user: dict[str, Any] | None = None
) -> AppTest:
    app.secrets, app.user = secrets, user or {}
    app.run()
    app.switch_page(page).run()
    assert not app.exception
    return app


def drawn(app: AppTest) -> set[str]:
    """Every text and every label on the page."""
    elements = [one for kind in EVERYTHING for one in getattr(app, kind)]
    return {str(getattr(one, "label", None) or one.value) for one in elements}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("user", [{}, {"is_logged_in": False}, {"email": "ann@example.org"}])
def test_without_a_user_no_page_shows_anything(
    started: AppTest, page: str, user: dict[str, Any]
) -> None:
    visited(started, page, {"auth": AUTH}, user)
    assert drawn(started) == {
        "Pedestal",
        "This server is for its team. Sign in to go on.",
        "Sign in",
    }
    assert not started.sidebar.children
    assert KEY not in started.session_state


@pytest.mark.parametrize(("page", "title"), PAGES.items())
def test_with_a_user_every_page_is_there(started: AppTest, page: str, title: str) -> None:
    visited(started, page, {"auth": AUTH}, ANN)
    assert [one.value for one in started.title] == [title]
    told = [one.value.replace(JOINER, "") for one in started.sidebar.caption]
    assert "Signed in as Ann@Example.org" in told


def test_signing_out_shuts_the_page(started: AppTest) -> None:
    visited(started, "pages/compare/tune.py", {"auth": AUTH}, ANN)
    started.button(key="sign-out").click().run()
    assert started.user == {"is_logged_in": False}
    started.run()
    assert "Sign in" in drawn(started)
    assert not started.dataframe


@pytest.mark.parametrize(
    ("user", "welcome"),
    [
        (ANN, True),
        ({**ANN, "email": "guest@elsewhere.net"}, True),
        ({**ANN, "email": "eve@elsewhere.net"}, False),
        ({**ANN, "email": "eve@example.org.evil.net"}, False),
        ({**ANN, "email": "example.org"}, False),
        ({**ANN, "email_verified": False}, False),
        ({"is_logged_in": True, "name": "Ann"}, False),
    ],
)
def test_the_list_of_the_operator_is_kept(
    started: AppTest, user: dict[str, Any], welcome: bool
) -> None:
    listed = {"domains": ["Example.org"], "emails": ["guest@elsewhere.net"]}
    visited(started, "pages/compare/tune.py", {"auth": AUTH, "access": listed}, user)
    assert bool(started.dataframe) == welcome
    assert any("not on the list" in one.value for one in started.error) != welcome


def test_an_empty_list_lets_nobody_in(started: AppTest) -> None:
    visited(started, "pages/compare/tune.py", {"auth": AUTH, "access": {}}, ANN)
    assert not started.dataframe


def test_each_provider_has_its_button(started: AppTest) -> None:
    shared = {name: AUTH[name] for name in ("redirect_uri", "cookie_secret")}
    own = {name: value for name, value in AUTH.items() if name not in shared}
    auth = {**shared, "acme": own, "other": own}
    visited(started, "pages/start/overview.py", {"auth": auth})
    assert {one.label for one in started.button} == {"Sign in with acme", "Sign in with other"}


@pytest.mark.parametrize("auth", [{}, {"client_id": "pedestal"}])
def test_a_login_that_is_not_set_up_completely_lets_nobody_in(
    started: AppTest, auth: dict[str, str]
) -> None:
    visited(started, "pages/start/overview.py", {"auth": auth})
    started.button[0].click().run()
    assert not started.exception
    assert started.error
    assert not started.slider


def test_secrets_that_cannot_be_read_let_nobody_in(
    started: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "secrets.toml"
    broken.write_text("[auth\nclient_id = ")
    option = st.get_option
    monkeypatch.setattr(
        st, "get_option", lambda name: [str(broken)] if name == "secrets.files" else option(name)
    )
    visited(started, "pages/start/overview.py", {})
    assert "secrets.toml cannot be read" in texts(started)
    assert not started.slider


def test_a_limit_that_is_none_is_told_instead_of_a_page(
    started: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong() -> None:
        raise InputError("PEDESTAL_WORKERS must be a number above 0, not 'x'.")

    monkeypatch.setattr(settings, "limits", wrong)
    visited(started, "pages/start/overview.py", {})
    assert "PEDESTAL_WORKERS must be a number" in texts(started).replace("\\", "")
    assert not started.slider


def test_the_example_is_complete() -> None:
    example = tomllib.loads((ROOT / ".streamlit/secrets.example.toml").read_text())
    assert set(example["auth"]) == set(AUTH)
    assert set(example["access"]) == {"domains", "emails"}
