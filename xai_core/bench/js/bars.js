// The ranking as bars that change places while the slider moves. A bar is exp(H)/N: the share of
// pixels that an even map of the same Complexity would light. So it starts at an honest zero, and
// the ceiling ln((1−q)N) stands at 1 − q.
import { final } from "./answer.js";
import { element, nats, percent, write } from "./text.js";

export function bars(model) {
  const box = element("figure", "bars", undefined, { "aria-label": "Complexity as bars" });
  const list = element("div", "rows", undefined, { role: "list" });
  const rows = model.source.maps.map((map) => row(map));
  list.append(...rows.map((one) => one.box));
  list.style.setProperty("--count", rows.length);
  const caption = element("figcaption", "", "Bar: exp(H)/N, the share of pixels that an even map of this Complexity would light; pale: before removal. Line: the ceiling 1 − q.");
  box.append(list, caption);
  model.views.add((changed) => {
    if (!changed.has("quantile") && !changed.has("answer")) return;
    list.style.setProperty("--ceiling", 1 - model.quantile);
    const order = ordered(model);
    rows.forEach((one, at) => tell(model, at, one, order.indexOf(at)));
  });
  return box;
}

// Best first; those without a score last, in the order in which they came.
function ordered(model) {
  const at = model.places.map((_, index) => index);
  const key = (index) => model.places[index] ?? Infinity;
  return at.sort((one, other) => key(one) - key(other) || one - other);
}

function row(map) {
  const box = element("div", "row", undefined, { role: "listitem" });
  box.style.setProperty("--hue", map.colour);
  const parts = {
    box, place: element("span", "place"), title: element("span", "title", map.title),
    score: element("span", "score"), bar: element("span", "bar"), raw: element("span", "raw"),
    share: element("span", "share"),
  };
  const track = element("span", "shares");
  track.append(parts.raw, parts.bar, element("span", "ceiling"));
  box.append(parts.place, parts.title, track, parts.share, parts.score);
  return parts;
}

function tell(model, at, parts, position) {
  const { pixels, maps } = model.source;
  const answered = final(model, at);
  const score = answered ? answered.after : model.states[at].score;
  const share = Number.isFinite(score) ? Math.exp(score) / pixels : 0;
  const raw = model.answer?.scores[maps[at].name]?.raw;
  parts.box.style.setProperty("--position", position);
  parts.bar.style.transform = `scaleX(${share})`;
  parts.raw.style.transform = `scaleX(${Number.isFinite(raw) ? Math.exp(raw) / pixels : 0})`;
  write(parts.place, model.places[at] ? String(model.places[at]) : "–");
  write(parts.score, Number.isFinite(score) ? nats(score) : "none");
  write(parts.share, Number.isFinite(score) ? percent(share) : "");
  parts.box.title = model.states[at].cause ?? "";
  parts.score.dataset.final = Boolean(answered);
}
