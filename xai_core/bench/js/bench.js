// The tuning bench. Python mounts this twice: once with the maps as bytes, which change with the
// run and the recipe alone, and once with the quantile and Python's own scores for it.
import { status } from "./answer.js";
import { bars } from "./bars.js";
import { card } from "./card.js";
import { flips } from "./flips.js";
import { Model } from "./model.js";
import { maps, onArrival, receive } from "./received.js";
import { slider } from "./slider.js";
import { sweep } from "./sweep.js";
import { suggestions } from "./suggestions.js";
import { element } from "./text.js";
import { toolbar } from "./toolbar.js";

const SETTLED = 250;  // milliseconds without a key, after which Python is asked
const benches = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (data instanceof Uint8Array) return receive(data);
  if (!benches.has(parentElement)) benches.set(parentElement, new Bench(parentElement));
  const bench = benches.get(parentElement);
  bench.told(Array.isArray(data) ? data[0] : data, setStateValue);
  return () => { bench.close(); benches.delete(parentElement); };
}

class Bench {
  constructor(parent) {
    this.model = new Model();
    this.root = element("div", "bench", undefined, { "aria-busy": "true" });
    this.root.model = this.model;  // for whoever measures frames from outside
    this.parts = [];
    this.turn = Date.now();
    this.last = -SETTLED;
    this.silence = onArrival(() => this.mount());
    // What is out of sight was not drawn, and paper is light.
    this.onprint = () => { this.model.printing = true; this.mount(); this.model.draw(); };
    this.onprinted = () => { this.model.printing = false; this.mount(); };
    this.onthemed = () => this.mount();
    addEventListener("beforeprint", this.onprint);
    addEventListener("afterprint", this.onprinted);
    addEventListener("themed", this.onthemed);
    // Who leaves the slider must not leave the last key behind.
    this.root.addEventListener("focusout", () => { if (this.timer) this.commit(false); });
    parent.appendChild(this.root);
  }

  told(data, send) {
    const { model } = this;
    this.data = data;
    this.send = send;
    this.root.classList.toggle("maps-first", Boolean(data.maps_first));
    model.highest = data.highest;
    model.asks = data.asks;
    model.answer = { quantile: data.quantile, scores: data.scores };
    // The answer to an earlier question must not pull the handle from the hand; the one to the last
    // question may be another quantile, where something else has chosen one meanwhile.
    const heard = data.turn === this.turn && model.quantile === this.asked;
    if (heard || data.quantile === model.quantile) model.pending = false;
    if (!model.pending) model.quantile = data.quantile;
    this.mount();
  }

  // Build everything anew for other maps; otherwise draw what is new.
  mount() {
    const { model, data, root } = this;
    const source = data && maps(data.digest);
    if (!source) return;
    this.ink();
    if (model.source !== source) {
      this.clear();
      model.load(source);
      this.build(data.cards);
      root.removeAttribute("aria-busy");
    }
    for (const kind of ["quantile", "look", "zoom", "probe", "answer", "flips", "size"]) model.touch(kind);
  }

  build(cards) {
    const { model } = this;
    const commit = (more = false) => this.commit(more);
    const top = element("div", "top");
    top.append(slider(model, commit), status(model));
    const curve = sweep(model, commit);
    const overview = element("div", "overview");
    const ranking = element("div", "ranking");
    const hints = element("div", "hints");
    hints.append(flips(model, commit), suggestions(model, commit));
    ranking.append(bars(model), hints);
    overview.append(ranking, curve.box);
    this.parts.push(curve);
    this.root.append(top, overview);
    if (!cards) return;
    const grid = element("div", "cards");
    for (let at = 0; at < model.source.maps.length; at += 1) {
      const one = card(model, at, commit);
      model.views.add(one.view);
      this.parts.push(one);
      grid.append(one.box);
    }
    this.root.append(toolbar(model), grid);
  }

  // Ask Python: at once, but for keys in a row (`more` may follow), of which the first and the
  // last ask.
  commit(more) {
    clearTimeout(this.timer);
    const soon = performance.now() - this.last < SETTLED;
    this.last = performance.now();
    this.timer = more && soon ? setTimeout(() => this.commit(false), SETTLED) : null;
    if (this.timer) return;
    if (!this.model.asks || this.model.answer.quantile === this.model.quantile) this.model.pending = false;
    else {
      this.asked = this.model.quantile;
      this.send("quantile", { value: this.asked, turn: this.turn += 1 });
    }
    this.model.touch("answer");
  }

  // Canvases cannot read CSS variables.
  ink() {
    const style = getComputedStyle(this.root);
    const of = (name) => style.getPropertyValue(name).trim();
    this.model.ink = { kept: of("--kept") || "#2f7f86", gone: of("--gone") || "#9aa3ad", faint: of("--faint") || "#88888844" };
  }

  clear() {
    this.model.views.clear();
    for (const part of this.parts) part.close();
    this.parts = [];
    this.root.replaceChildren();
  }

  close() {
    clearTimeout(this.timer);
    removeEventListener("beforeprint", this.onprint);
    removeEventListener("afterprint", this.onprinted);
    removeEventListener("themed", this.onthemed);
    this.silence();
    this.clear();
    this.root.remove();
  }
}
