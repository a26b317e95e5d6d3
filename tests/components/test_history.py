"""What becomes an entry of a browser's history, by the script that decides it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import components.serving
from tests.node import NODE

SCRIPT = Path(components.serving.__file__).with_name("scripts") / "history.js"
# What the script sees of a browser. A step is a click, or an address that Streamlit puts.
BROWSER = """
const [address, steps] = JSON.parse(process.argv[1]);
const listeners = [], pushed = [], put = (url) => { location.href = url; };
globalThis.location = {
  href: address,
  get pathname() { return new URL(this.href).pathname; },
  get search() { return new URL(this.href).search; },
};
globalThis.history = {
  pushState(state, title, url) { pushed.push(url); put(new URL(url, location.href).href); },
  replaceState(state, title, url) { put(new URL(url, location.href).href); },
};
const userActivation = { hasBeenActive: false };
Object.defineProperty(globalThis, "navigator", { value: { userActivation } });
globalThis.innerWidth = 1440;
globalThis.document = { addEventListener: (name, call) => listeners.push(call) };
"""
STEPS = """
for (const step of steps) {
  if (step === "click") {
    navigator.userActivation.hasBeenActive = true;
    listeners.forEach((call) => call({ target: { closest: () => ({}) } }));
  } else history.pushState(null, "", step);
}
console.log(JSON.stringify(pushed));
"""


@pytest.mark.parametrize(
    ("address", "steps", "pushed"),
    [
        ("/?page=tune&quantile=0.4", ["/?quantile=0.4", "/tune?quantile=0.4"], []),
        ("/?page=tune", ["/", "/tune", "click", "/trust"], ["/trust"]),
        ("/?page=overview", ["/", "click", "/model", "/model?run=x"], ["/model"]),
        ("/metrics", ["/trust?section=metrics", "click", "/tune"], ["/tune"]),
    ],
)
def test_a_page_that_a_person_leaves_is_one_that_back_leads_to(
    address: str, steps: list[str], pushed: list[str]
) -> None:
    code = BROWSER + SCRIPT.read_text("utf-8") + STEPS
    given = json.dumps([f"http://localhost{address}", steps])
    done = subprocess.run(
        [NODE, "-e", code, given], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(done.stdout) == pushed
