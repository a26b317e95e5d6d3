"""A server with a login, in a real browser and with a real provider: no way round it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import screen
from tests.browser.conftest import Visit
from tests.browser.provider import CLIENT, SECRET, Provider, providing
from tests.browser.test_first_minute import OVERVIEW
from tests.server import serving
from xai_core.base.text import JOINER

SECRETS = """
[auth]
redirect_uri = "http://localhost:{{port}}/oauth2callback"
cookie_secret = "a-cookie-secret-of-more-than-thirty-two-characters"
client_id = "{client}"
client_secret = "{secret}"
server_metadata_url = "{provider}/.well-known/openid-configuration"

[access]
domains = ["example.org"]
"""


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as found:
        yield found


@pytest.fixture
def guarded_address(tmp_path: Path, provider: Provider) -> Iterator[str]:
    """Of a server that lets in whoever the provider says is of example.org."""
    secrets = tmp_path / "secrets.toml"
    text = SECRETS.format(client=CLIENT, secret=SECRET, provider=provider.address)
    secrets.write_text(text, encoding="utf-8")
    with serving(tmp_path / "data", "--secrets.files", str(secrets)) as found:
        yield found


def shut(page: Page) -> None:
    """Nothing but the way to sign in is there."""
    screen.title(page, "Pedestal")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_role("link", name="Tune")).to_have_count(0)
    expect(page.get_by_role("slider")).to_have_count(0)


def test_a_visitor_signs_in_works_and_signs_out(
    provider: Provider, guarded_address: str, visit: Visit
) -> None:
    page = visit("/?page=ranking", at=guarded_address)
    shut(page)
    provider.claims = {"sub": "eve", "email": "eve@example.net"}
    page.get_by_role("button", name="Sign in").click()
    expect(
        page.get_by_text(f"eve@{JOINER}example.net is not on the list of this server.")
    ).to_be_visible()
    expect(page.get_by_role("slider")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    shut(page)
    provider.claims = {"sub": "ann", "email": "ann@example.org"}
    page.get_by_role("button", name="Sign in").click()
    screen.title(page, OVERVIEW)
    expect(page.get_by_text(f"Signed in as ann@{JOINER}example.org")).to_be_visible()
    screen.go(page, "Tune")
    screen.loaded(page)
    page.get_by_role("button", name="Sign out").click()
    shut(page)
    page.goto(f"{guarded_address}/ranking")
    shut(page)
