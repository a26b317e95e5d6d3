// What Python said with Quantus, beside what the browser says. A difference shows.
import { element, level, tiny, write } from "./text.js";

export const TOLERANCE = 1e-5;  // nats

// Python's score of a map, where it was asked about this very quantile.
export function final(model, at) {
  const { answer } = model;
  return answer && answer.quantile === model.quantile ? answer.scores[model.source.maps[at].name] : undefined;
}

// The largest difference, and whose it is; a score on one side only is infinitely different.
export function difference(model) {
  let worst = { size: 0, title: "" };
  model.source.maps.forEach((map, at) => {
    const theirs = final(model, at)?.after;
    const mine = model.states[at].score;
    const size = Number.isFinite(theirs) && Number.isFinite(mine) ? Math.abs(theirs - mine)
      : Number.isFinite(theirs) === Number.isFinite(mine) ? 0 : Infinity;
    if (size > worst.size) worst = { size, title: map.title };
  });
  return worst;
}

export function status(model) {
  const line = element("div", "status");
  const dot = element("span", "dot");
  const text = element("span", "told");
  const spoken = element("span", "hidden", "", { role: "status", "aria-live": "polite" });
  line.append(dot, text, spoken);
  model.views.add(() => {
    const [kind, told] = state(model);
    line.dataset.kind = kind;
    write(text, told);
    if (kind === "differs") text.setAttribute("role", "alert");
    else text.removeAttribute("role");
    if (kind === "final") write(spoken, announced(model));
  });
  return line;
}

function state(model) {
  if (!model.answer || model.answer.quantile !== model.quantile) {
    if (!model.asks) return ["live", `Computed in this page; at ${level(model.answer.quantile)} Quantus computed it.`];
    return model.dragging ? ["live", "Live, computed in the browser. Let go, and Quantus computes it."]
      : ["waiting", "Quantus computes it …"];
  }
  const worst = difference(model);
  if (worst.size > TOLERANCE) {
    const size = Number.isFinite(worst.size) ? `${worst.size.toPrecision(2)} nats` : "a score on one side only";
    return ["differs", `Browser and Quantus differ on ${worst.title}: ${size}. What is shown is Quantus'.`];
  }
  const near = worst.size < 1e-12 ? "the browser agrees" : `the browser agrees to ${tiny(worst.size)} nats`;
  return ["final", `Final, computed by Quantus; ${near}.`];
}

function announced(model) {
  const listed = model.source.maps.map((map, at) => [model.places[at], map.title])
    .filter(([place]) => place !== null).sort((one, other) => one[0] - other[0]);
  return `Quantile ${level(model.quantile)}. ${listed.map(([place, title]) => `${place} ${title}`).join(", ")}.`;
}
