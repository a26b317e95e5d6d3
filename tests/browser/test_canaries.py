"""In a real browser: no text from a run calls anybody, and no page could, whatever it held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import screen
from tests.browser.canaries import Listener
from tests.browser.conftest import Visit, forget
from tests.browser.test_first_minute import OVERVIEW
from tests.runs.small import small_run
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
}"""


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
    screen.loaded(page)
    for attribute in ("href", "src", "action", "data"):
        led = page.locator(f"[{attribute}]").evaluate_all(
            "(all, name) => all.map((one) => String(one[name]?.baseVal ?? one[name]))", attribute
        )
        host = listener.address.removeprefix("http://")
        assert not [one for one in led if host in one or one.startswith("mailto:")]
    assert not listener.heard


@pytest.fixture
def kept(data: Path, listener: Listener) -> Iterator[tuple[str, str]]:
    """A run and a study with such texts everywhere, as the server keeps them."""
    store = RunStore(data / "runs")
    run = store.save(hostile_run(listener.text, listener.texts))
    study = store.save(hostile_study(listener.text))
    for name in (run, study):
        named, tags = listener.texts[0] + listener.texts[3], tuple(listener.texts)
        store.change(name, name=named, tags=tags, note=listener.text)
    yield run, study
    for name in (run, study):
        store.delete(name)


def test_a_shared_run_with_hostile_names_calls_nobody(
    visit: Visit, kept: tuple[str, str], listener: Listener
) -> None:
    run, study = kept
    page = visit(f"/?run={run}")
    screen.title(page, OVERVIEW)
    expect(page.get_by_text("kept run of").first).to_be_visible()
    is_text(page, listener)
    for name in PAGES:
        screen.go(page, name)
        is_text(page, listener)
        if name == "Trust":
            screen.tab(page, "Metrics")
            is_text(page, listener)
    page.goto(urljoin(page.url, f"/?page=pictures&study={study}"))
    screen.title(page, "Many pictures")
    expect(page.get_by_text("kept study of").first).to_be_visible()
    is_text(page, listener)


def hostile_reports(folder: Path, text: str) -> Iterator[str]:
    """Addresses of the reports of a run and of a study."""
    subjects = (
        subject_of(hostile_run(text), note=text, link=text),
        study_subject_of(hostile_study(text), note=text),
    )
    for place, subject in enumerate(subjects):
        file = folder / f"report-{place}.html"
        file.write_bytes(render(subject, "html"))
        yield file.as_uri()


def test_no_page_and_no_report_could_call_anybody(
    warm: BrowserContext, address: str, tmp_path: Path, listener: Listener
) -> None:
    page = warm.new_page()
    page.goto(address)
    screen.title(page, OVERVIEW)
    page.evaluate(CALLS, f"{listener.address}/page")
    reports = [warm.new_page() for _ in range(2)]
    for report, at in zip(reports, hostile_reports(tmp_path, listener.text), strict=True):
        report.goto(at)
        assert report.locator("a").count() == 0
        report.evaluate(CALLS, f"{listener.address}/report")
    page.wait_for_timeout(1500)  # what is allowed to leave has left by then
    # Without a server's header a page's script may still navigate away; a report's own does not.
    allowed = {f"/report/{name}" for name in ("form", "inline", "handler")}
    assert not {*listener.heard} - allowed
    forget(warm)
