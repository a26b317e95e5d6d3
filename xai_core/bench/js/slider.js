// The quantile: a slider, a number to type, and keys.
import { STEP, stepped } from "./model.js";
import { element, level, nats, write } from "./text.js";

export function slider(model, commit) {
  const row = element("div", "slider");
  const label = element("label", "name", "Baseline quantile");
  const track = element("input", "track", undefined, {
    type: "range", min: "0", step: "any", "aria-label": "Baseline quantile",
    title: "The value of each map at this quantile is subtracted, what falls below zero is zero, and the rest is rescaled to [0, 1].",
  });
  const typed = element("input", "typed", undefined, {
    type: "number", min: "0", step: "0.01", inputmode: "decimal", "aria-label": "Quantile as a number",
  });
  row.append(label, track, typed);
  listen(model, track, typed, commit);
  model.views.add((changed) => {
    track.max = typed.max = model.highest;
    if (!changed.has("quantile")) return;
    track.value = model.quantile;
    track.style.setProperty("--share", model.quantile / model.highest);
    if (document.activeElement !== typed && typed.getRootNode().activeElement !== typed) typed.value = level(model.quantile);
    track.setAttribute("aria-valuetext", spoken(model));
  });
  return row;
}

function listen(model, track, typed, commit) {
  track.oninput = () => {
    model.dragging = true;
    model.choose(Math.round(track.value / STEP) * STEP);
    track.value = model.quantile;  // the handle stands where the value is, on the grid
  };
  track.onchange = () => { model.dragging = false; commit(); };
  track.onkeydown = (event) => byKey(event, model, commit);
  typed.onkeydown = (event) => { if (event.key === "Enter") typed.blur(); };
  typed.onchange = () => {
    if (typed.value !== "") model.choose(Number(typed.value));
    typed.value = level(model.quantile);
    commit();
  };
}

// Shift makes the step ten times finer.
export function byKey(event, model, commit) {
  const next = event.altKey || event.ctrlKey || event.metaKey ? undefined : stepped(event, model.quantile, model.highest);
  if (next === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  model.choose(next);
  commit(true);
}

function spoken(model) {
  const told = model.source.maps.map((map, at) => [model.places[at] ?? Infinity, `${map.title} ${nats(model.states[at].score)}`]);
  told.sort((one, other) => one[0] - other[0]);
  return `${level(model.quantile)}: ${told.slice(0, 3).map(([, text]) => text).join(", ")}`;
}
