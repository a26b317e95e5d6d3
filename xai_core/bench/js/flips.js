// Where methods change places: of the first place, of a chosen pair, or all while they are few.
import { element, write } from "./text.js";

export const ALL = "all", FIRST = "first";
const FEW = 8;  // more than so many nobody tells apart on the sweep

const pairOf = ({ winner, loser }) => [winner, loser].sort().join("\n");

// Of what flips are shown: as a person chose, where these maps have it.
export function choice({ source, kept }) {
  const { crossings } = source;
  const few = crossings.length <= FEW;
  const offered = new Set([...(few ? [ALL] : []), FIRST, ...crossings.map(pairOf)]);
  return offered.has(kept.flips) ? kept.flips : few ? ALL : FIRST;
}

export function shownFlips(model) {
  const of = choice(model);
  return model.source.crossings.filter((one) => of === ALL || (of === FIRST ? one.first : pairOf(one) === of));
}

// Names of the methods that the choice is about; null where it is about all.
export function chosenPair(model) {
  const of = choice(model);
  return of === ALL || of === FIRST ? null : of.split("\n");
}

// By name; each leads to its place.
export function flips(model, commit) {
  const list = element("ol", "flips", undefined, { "aria-label": "Where methods change places" });
  model.views.add((changed) => {
    if (!changed.has("flips")) return;
    const found = shownFlips(model);
    list.replaceChildren(...found.map((one) => item(one, model, commit)));
    if (!found.length) write(list, told(model));
  });
  return list;
}

function item(crossing, model, commit) {
  const box = element("li");
  const button = element("button", "", crossing.told, { type: "button" });
  button.onclick = () => { model.choose(crossing.past); commit(); };
  box.append(button);
  return box;
}

function told({ source }) {
  return source.crossings.length ? "The first place stays with one method at every quantile."
    : "No method overtakes another at any quantile.";
}

// Drawn only where there is something to choose.
export function chooser(model) {
  const { crossings, maps } = model.source;
  const titles = new Map(maps.map(({ name, title }) => [name, title]));
  const counts = new Map();
  for (const one of crossings) counts.set(pairOf(one), (counts.get(pairOf(one)) ?? 0) + 1);
  const label = element("label", "field", "Flips of");
  if (counts.size < 2) return null;
  const select = element("select", "", undefined, { "aria-label": "Flips of" });
  const offer = (value, text) => select.append(element("option", "", text, { value }));
  if (crossings.length <= FEW) offer(ALL, `all methods (${crossings.length})`);
  offer(FIRST, `the first place (${crossings.filter((one) => one.first).length})`);
  for (const [pair, count] of [...counts].sort((one, other) => other[1] - one[1])) offer(pair, `${pair.split("\n").map((name) => titles.get(name)).join(" and ")} (${count})`);
  select.value = choice(model);
  select.onchange = () => {
    model.kept.flips = select.value;
    model.touch("flips");
  };
  label.append(select);
  return label;
}
