"""In a real browser: no text from a run calls anybody, and no page could, whatever it held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import screen
from tests.browser.canaries import Listener, listening
from tests.browser.conftest import Visit
from tests.browser.test_first_minute import OVERVIEW
from tests.browser.test_links import leave
from tests.runs.small import small_run
from tests.server import serving
from tests.studies.small_study import small_study
from xai_core.report.forms import render
from xai_core.report.study.subject import study_subject_of
from xai_core.report.subject import subject_of
from xai_core.runs.run import Guess, Run
from xai_core.runs.store import RunStore
from xai_core.studies.result import StudyResult

PAGES = (
    "Model",
    "Heatmaps",
    "Tune",
    "Trust",
    "Many pictures",
    "Two models",
    "Runs",
)
# Everything by which a page can call: none of it may leave, whatever text became of it.
CALLS = """async (address) => {
  const add = (tag, given) => document.body.append(
    Object.assign(document.createElement(tag), given));
  add("img", {src: address + "/img"});
  add("iframe", {src: address + "/iframe"});
  add("script", {src: address + "/script"});
  add("link", {rel: "stylesheet", href: address + "/style"});
  add("link", {rel: "prefetch", href: address + "/prefetch"});
  add("link", {rel: "icon", href: address + "/icon"});
  add("video", {src: address + "/video"});
  add("object", {data: address + "/object"});
  add("embed", {src: address + "/embed"});
  add("div", {style: `background: url(${address}/background)`, textContent: "x"});
  add("div", {innerHTML: `<svg><image href="${address}/svg"/><use href="${address}/use"/></svg>`});
  add("div", {innerHTML: `<img src=x onerror="fetch('${address}/handler')">`});
  add("script", {textContent: `fetch("${address}/inline")`});
  const form = Object.assign(document.createElement("form"),
    {action: address + "/form", method: "post", target: "nowhere"});
  document.body.append(form);
  try { form.submit(); } catch {}
  try { navigator.sendBeacon(address + "/beacon", "x"); } catch {}
  try { new EventSource(address + "/events"); } catch {}
  try { new WebSocket(address.replace("http", "ws") + "/socket"); } catch {}
  try { new Worker(address + "/worker"); } catch {}
  try { await new FontFace("x", `url(${address}/font)`).load(); } catch {}
  try { await fetch(address + "/fetch", {mode: "no-cors"}); } catch {}
  try { await import(address + "/module"); } catch {}
  try { await eval(`fetch("${address}/eval")`); } catch {}
  await new Promise((done) => setTimeout(done, 1500));
}"""


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as found:
        yield found


def hostile_run(text: str, texts: Sequence[str] = ()) -> Run:
    """texts: each by itself, since a sign in one may close what another opens."""
    found = small_run(
        model=text,
        picture=text,
        guesses=(Guess(1, text, 0.75), Guess(0, text, 0.25)),
        failures={
            "guided-backprop": text,
            text[:60]: text,
            **{f"no-{place}": one for place, one in enumerate(texts)},
            **{one: f"no {place}" for place, one in enumerate(texts)},
        },
        summary=text,
        machine=text,
        architecture=text,
        output=text,
        versions={text: text},
    )
    labelled = {
        name: replace(one, parameters={**one.parameters, text: text})
        for name, one in found.attributions.items()
    }
    return replace(found, attributions=labelled)


def hostile_study(text: str) -> StudyResult:
    study = small_study()
    pictures = tuple(replace(one, name=text) for one in study.pictures)
    table = replace(study.table, causes={(5, 2): text})
    return replace(
        study, model=text, pictures=pictures, table=table, refused={text: text}, machine=text
    )


def is_text(page: Page, listener: Listener) -> None:
    """Nothing on it leads or calls elsewhere."""
    screen.settled(page)
    for attribute in ("href", "src", "action", "data"):
        led = page.locator(f"[{attribute}]").evaluate_all(
            "(all, name) => all.map((one) => String(one[name]?.baseVal ?? one[name]))", attribute
        )
        host = listener.address.removeprefix("http://")
        assert not [one for one in led if host in one or one.startswith("mailto:")]
    assert not listener.heard


def test_a_shared_run_with_hostile_names_calls_nobody(
    tmp_path: Path, visit: Visit, listener: Listener
) -> None:
    store = RunStore(tmp_path / "runs")
    run = store.save(hostile_run(listener.text, listener.texts))
    study = store.save(hostile_study(listener.text))
    for name in (run, study):
        named, tags = listener.texts[0] + listener.texts[3], tuple(listener.texts)
        store.change(name, name=named, tags=tags, note=listener.text)
    with serving(tmp_path) as address:
        page = visit(f"/?run={run}", at=address)
        screen.title(page, OVERVIEW)
        expect(page.get_by_text("kept run of").first).to_be_visible()
        is_text(page, listener)
        for name in PAGES:
            screen.go(page, name)
            is_text(page, listener)
            if name == "Trust":
                page.get_by_role("tab", name="Metrics").click()
                screen.settled(page)
                is_text(page, listener)
        other = visit(f"/?page=pictures&study={study}", at=address)
        screen.title(other, "Many pictures")
        expect(other.get_by_text("kept study of").first).to_be_visible()
        is_text(other, listener)
        leave(page, other)


def test_no_page_could_call_anybody(browser: Browser, address: str, listener: Listener) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    screen.title(page, OVERVIEW)
    page.evaluate(CALLS, listener.address)
    assert not listener.heard
    context.close()


@pytest.mark.parametrize("kind", ["run", "study"])
def test_a_report_calls_nobody(
    kind: str, browser: Browser, tmp_path: Path, listener: Listener
) -> None:
    subject = (
        subject_of(hostile_run(listener.text), note=listener.text, link=listener.text)
        if kind == "run"
        else study_subject_of(hostile_study(listener.text), note=listener.text)
    )
    file = tmp_path / "report.html"
    file.write_bytes(render(subject, "html"))
    context = browser.new_context()
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator("a").count() == 0
    page.evaluate(CALLS, listener.address)
    # Without a server's header a page's script may still navigate away; a report's own does not.
    assert not [one for one in listener.heard if one not in ("/form", "/inline", "/handler")]
    context.close()
