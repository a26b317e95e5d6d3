"""A workspace is its owner's; what lies on disk in its place breaks nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from components.serving import document
from components.serving.answers import Answers
from components.session.keeping import parts, registry
from components.session.keeping.registry import Held
from components.session.state.workspace import fresh
from components.session.visitor import access, identity
from tests.server import finished
from xai_core.base.errors import InputError
from xai_core.base.storage import states
from xai_core.base.storage.states import StateStore

NAME, ONE, OTHER = "a" * 64, "A" * 32, "B" * 32
PAGE = b"<!DOCTYPE html><html><head><title>x</title></head></html>"
assert registry.PARTS  # all parts are registered


def asked(path: str, query: str = "", kind: str = "http", **given: str) -> tuple[Any, list[Any]]:
    """The scope that the server sees, and what it answers."""
    seen: list[Any] = []
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)
        head = [(b"Content-Type", b"text/html; charset=utf-8"), (b"etag", b"1")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": PAGE[:20], "more_body": True})
        await send({"type": "http.response.body", "body": PAGE[20:]})

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()]
    scope = {
        "type": kind,
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": headers,
        "client": ("192.0.2.1", 1),
    }
    finished(Answers(app)(scope, None, send))  # type: ignore[arg-type]
    return seen[0], sent


def cookie_of(sent: list[Any]) -> str:
    found = dict(sent[0]["headers"])[b"set-cookie"].decode()
    assert all(word in found for word in ("HttpOnly", "SameSite=Lax", "Path=/"))
    return str(found)


def test_a_browser_gets_a_name_of_its_own_that_no_script_reads() -> None:
    scope, sent = asked("/model", accept="text/html", if_none_match="1", accept_encoding="gzip")
    assert [name for name, _ in scope["headers"]] == [b"accept"]
    name = cookie_of(sent).partition("=")[2].partition(";")[0]
    assert document.NAME.fullmatch(name)
    assert name not in cookie_of(asked("/model", accept="text/html")[1])
    body = sent[1]["body"]
    assert len(body) == int(dict(sent[0]["headers"])[b"content-length"])
    assert all(script in body for script in document.scripts())
    assert b"etag" not in dict(sent[0]["headers"])
    again = cookie_of(asked("/", accept="text/html", cookie=f"pedestal={ONE}")[1])
    assert again.startswith(f"pedestal={ONE};")
    safe = asked("/", accept="text/html", x_forwarded_proto="https")[1]
    assert cookie_of(safe).endswith("; Secure")


@pytest.mark.parametrize("given", ["x", "A" * 31, "A" * 33, "A" * 31 + "\\", "../" * 11, ""])
def test_what_is_no_name_of_a_browser_or_tab_is_none(given: str) -> None:
    renewed = cookie_of(asked("/", accept="text/html", cookie=f"pedestal={given}; a=1")[1])
    assert f"pedestal={given};" not in renewed
    scope, _ = asked("/_stcore/stream", f"tab={given}", "websocket")
    assert scope["headers"] == []


def test_a_tab_is_named_by_its_connection_alone() -> None:
    scope, _ = asked("/x/_stcore/stream", f"tab={ONE}", "websocket", x_pedestal_tab=OTHER)
    assert scope["headers"] == [(b"x-pedestal-tab", ONE.encode())]
    scope, _ = asked("/_stcore/health", f"tab={ONE}", "websocket", X_Pedestal_Tab=OTHER)
    assert scope["headers"] == []


class Context:
    """What a session knows of its connection."""

    def __init__(self, browser: str, tab: str) -> None:
        self.cookies, self.headers = {"pedestal": browser}, {"x-pedestal-tab": tab}


def test_a_workspace_is_one_tabs_of_one_browser_or_one_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user: str | None = None
    monkeypatch.setattr(access, "user_key", lambda: user)

    def name(browser: str, tab: str) -> str | None:
        monkeypatch.setattr(st, "context", Context(browser, tab))
        return identity.workspace_name()

    mine = name(ONE, ONE)
    assert mine is not None
    assert ONE not in mine
    assert name(ONE, ONE) == mine
    others = {name(OTHER, ONE), name(ONE, OTHER), name(OTHER, OTHER)}
    assert name("", ONE) is None
    assert name(ONE, "no name") is None
    assert ONE not in str(identity.visitor())  # the owner of a run does not tell the cookie
    user = "user-ann"
    ann = name(ONE, ONE)
    assert ann == name(OTHER, ONE)  # whatever the browser
    user = "user-ben"
    assert len({mine, ann, name(ONE, ONE), *others}) == 6


def folder_of(tmp_path: Path) -> Path:
    folder = tmp_path / "workspaces"
    folder.mkdir()
    return folder


def whole(**changes: Any) -> str:
    told = json.loads(json.dumps(parts.told(fresh())))
    for place, value in changes.items():
        part, _, field = place.partition("__")
        told[part] = {**told[part], field: value} if field else value
    return json.dumps({"schema": 1, "parts": told})


def source(**changes: Any) -> list[Any]:
    one = parts.told(fresh())["files"]["sources"][0]
    return [{**one, **changes}]


CLIMBING = [
    {"models": "../../etc/passwd"},
    {"models": "/etc/passwd"},
    {"..": "a" * 64},
    {"runs": "a" * 64},
    {"code": "a" * 64, "name": "../x.py"},
    {"code": "..", "name": "x.py"},
    {"shipped": "/etc/passwd"},
    {"models": 7},
    "demo",
    None,
]
BROKEN: dict[str, str | bytes] = {
    "empty": "",
    "no text": b"\xff\xfe\x00",
    "no JSON": "{",
    "deep": "[" * 100_000,
    "a list": "[]",
    "no parts": '{"schema": 1}',
    "a later version": '{"schema": 2, "parts": {}}',
    "another kind of version": '{"schema": "1", "parts": {}}',
    "huge": b" " * (states.MOST_BYTES + 1),
    **{f"a path {n}": whole(files__sources=source(file=one)) for n, one in enumerate(CLIMBING)},
    "trust without a word": whole(choices__seed=1e999),
    "a recipe": whole(choices__recipe={"channels": "all", "sign": "absolute", "grid": None}),
    "a grid": whole(choices__recipe={"channels": "sum", "sign": "absolute", "grid": [10**9] * 2}),
    "a parameter": whole(choices__settings={"smoothgrad": {"std": [0.1]}}),
    "a quantile": whole(choices__quantile=float("nan")),
    "half a character": whole(files__photo="\ud800"),
    "a target": whole(files__target={"kind": "margin"}),
    "a run": whole(results__run="../../../runs/x"),
    "a part": whole(study=[1]),
    "a filled number": whole(
        files__sources=source(
            options={
                **source()[0]["options"],
                "others": [
                    {
                        **{"name": "m", "number": 0.0, "whole": False, "file": None},
                        **{"shape": [10**6, 10**6], "called": ""},
                    }
                ],
            }
        )
    ),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_a_file_that_is_none_of_ours_is_left_aside(text: str | bytes, tmp_path: Path) -> None:
    file = folder_of(tmp_path) / NAME
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    held = Held(NAME, StateStore(file.parent), lambda _: None)
    assert "left aside" in held.space.notes[0]
    assert held.space.source in held.space.sources
    assert not file.exists()
    held.space.seed = 3
    held.save()
    held.space.seed = 4
    held.save()
    assert Held(NAME, StateStore(file.parent), lambda _: None).space.seed == 4


def test_a_state_that_a_program_of_tomorrow_has_added_to_is_read(tmp_path: Path) -> None:
    text = whole(tomorrow={"x": 1}, choices__seed=5, choices__tomorrow=1)
    (folder_of(tmp_path) / NAME).write_text(text)
    space = Held(NAME, StateStore(tmp_path / "workspaces"), lambda _: None).space
    assert (space.seed, space.notes) == (5, [])


def test_a_file_that_says_trust_is_not_believed(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("PEDESTAL_DATA", str(tmp_path))
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / NAME).write_bytes(b"code")
    options = {**source()[0]["options"], "trust": True}
    for word in (None, "", "0" * 64, 7):
        listed = source(title="evil", file={"models": NAME}, options=options, word=word)
        space = fresh()
        assert parts.taken(space, json.loads(whole(files__sources=listed))) == []
        assert "evil" not in space.sources
        assert "evil" in space.again


@pytest.mark.parametrize(
    "make", [os.mkfifo, lambda path: path.symlink_to("/etc/passwd"), Path.mkdir]
)
def test_what_is_no_file_is_left_aside(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(folder_of(tmp_path) / NAME)
    held = Held(NAME, StateStore(tmp_path / "workspaces"), lambda _: None)
    assert "left aside" in held.space.notes[0]


@pytest.mark.parametrize("name", ["", "../x", "a" * 63, "A" * 64, f"{'a' * 64}\n", "a/" * 32])
def test_a_name_leads_nowhere_else(name: str, tmp_path: Path) -> None:
    store = StateStore(tmp_path)
    with pytest.raises(InputError):
        store.read(name)
    with pytest.raises(InputError):
        store.keep(name, {})


def test_states_are_bounded_in_size_number_and_age(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = StateStore(tmp_path, days=1)
    monkeypatch.setattr(states, "MOST_FILES", 3)
    with pytest.raises(InputError):
        store.keep(NAME, "x" * states.MOST_BYTES)
    for number in range(5):
        store.keep(f"{number:064x}", number)
        os.utime(tmp_path / f"{number:064x}", (0, 1e9 + number) if number < 2 else None)
    left = [path.name for path in tmp_path.iterdir()]
    assert sorted(left) == [f"{number:064x}" for number in (2, 3, 4)]
    (tmp_path / "not ours").touch()
    os.utime(tmp_path / f"{2:064x}", (0, 0))
    store.sweep()
    assert len(list(tmp_path.iterdir())) == 3
