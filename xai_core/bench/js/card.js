// One method: its map, its histograms, and what the removal did to it.
import { final } from "./answer.js";
import { pane } from "./pane.js";
import { ceiling, countUpTo } from "./removal.js";
import { spread } from "./spread.js";
import { element, level, nats, percent, short, whole, write } from "./text.js";

const NEAR = 0.98;  // of the ceiling: there the number measures the slider more than the map

export function card(model, at, commit) {
  const map = model.source.maps[at];
  const box = element("article", "card", undefined, { "aria-label": map.title });
  box.style.setProperty("--hue", map.colour);
  const [place, score, was] = [element("span", "place"), element("span", "score"), element("span", "was")];
  const head = element("header");
  head.append(place, element("h3", "", map.title), score, was);
  const picture = pane(model, at, commit);
  const spreads = spread(model, at, commit);
  const [probe, facts, flag] = [element("div", "probed"), element("div", "facts"), element("div", "flag")];
  const body = element("div", "body");
  const side = element("div", "side");
  side.append(spreads.box, facts, flag);
  body.append(picture.box, side);
  box.append(head, body, probe);
  let seen = true;
  const watch = new IntersectionObserver(([entry]) => {
    seen = entry.isIntersecting;
    if (seen) model.touch("seen");
  }, { rootMargin: "200px" });
  watch.observe(box);
  let missed = new Set();
  const view = (changed) => {
    tell(model, at, { place, score, was, facts, flag, picture });
    if (changed.has("probe")) write(probe, probed(model, map));
    for (const kind of changed) missed.add(kind);
    if (!seen && !model.printing) return;  // what nobody sees is drawn when it comes into sight
    picture.draw(missed);
    spreads.draw(missed);
    missed = new Set();
  };
  return { box, view, close: () => watch.disconnect() };
}

function tell(model, at, parts) {
  const map = model.source.maps[at];
  const state = model.states[at];
  const answered = final(model, at);
  const shown = answered ? answered.after : state.score;
  write(parts.place, model.places[at] ? String(model.places[at]) : "–");
  write(parts.score, Number.isFinite(shown) ? `${nats(shown)} nats` : "no score");
  parts.score.dataset.final = Boolean(answered);
  const raw = model.answer?.scores[map.name]?.raw;
  write(parts.was, Number.isFinite(raw) && Number.isFinite(shown) ? `raw ${raw.toFixed(3)} (${signed(shown - raw)})` : "");
  const total = model.source.pixels;
  write(parts.facts, map.finite
    ? `baseline ${short(state.baseline)} · set to zero ${percent(1 - state.left / total)} · ${whole(state.left)} of ${whole(total)} values left`
    : "");
  write(parts.flag, flagged(model, map, state));
  if (answered) {
    parts.picture.box.setAttribute("aria-label", `${map.title}: q = ${level(model.quantile)} · ${nats(shown)} nats, ${whole(state.left)} values left`);
  }
}

const signed = (value) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(3);

function flagged(model, map, state) {
  if (state.cause) return state.cause;
  if (state.baseline < 0) return "Negative baseline: subtracting it adds a pedestal. Take the absolute or the positive part in the recipe.";
  if (state.baseline === 0) return "Not affected: at least this share of the map is exactly 0.";
  if (state.score > NEAR * ceiling(model.quantile, model.source.pixels)) return "Near the ceiling: the number measures the slider more than the map.";
  return "";
}

function probed(model, map) {
  if (!model.probe || !map.finite) return "";
  const [x, y] = model.probe;
  const value = map.values[y * model.source.width + x];
  const rank = countUpTo(map.sorted, value);
  const share = (100 * (rank - 1)) / Math.max(1, map.sorted.length - 1);
  return `(${x}, ${y}) · value ${short(value)} · percentile ${share.toFixed(1)} · place ${whole(map.sorted.length - rank + 1)} from the top`;
}
