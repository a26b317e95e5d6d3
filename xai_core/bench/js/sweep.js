// Complexity of every method over all quantiles: a cursor at the present one, the ceiling, where
// methods change places, and dashed where the slider does not touch a map.
import { Axes } from "./axes.js";
import { chooser, chosenPair, shownFlips } from "./flips.js";
import { ceiling } from "./removal.js";
import { drawn, element, write } from "./text.js";

const LEGENDS = [
  "Grey line: the ceiling ln((1−q)N). Dashed: the slider does not touch the map. Lower is more focused.",
  "How far below the ceiling ln((1−q)N), which is 0. Dashed: the slider does not touch the map. Lower is more focused.",
];

export function sweep(model, commit) {
  const box = element("figure", "sweep");
  const head = element("div", "head");
  const relative = element("button", "toggle", "Relative to the ceiling", { type: "button" });
  const [of, caption] = [chooser(model), element("figcaption")];
  head.append(element("h3", "", "Complexity over all quantiles (nats)"), ...(of ? [of] : []), relative);
  const plot = element("div", "plot");
  box.append(head, plot, caption);
  const shown = { axes: null, cursor: null };
  relative.onclick = () => {
    model.kept.relative = !model.kept.relative;
    model.touch("size");
  };
  listen(plot, shown, model, commit);
  model.views.add((changed) => {
    if (changed.has("size") || changed.has("flips")) build(plot, shown, model);
    relative.setAttribute("aria-pressed", model.kept.relative);
    write(caption, LEGENDS[Number(model.kept.relative)]);
    if (shown.axes) follow(shown, model);
  });
  const watch = new ResizeObserver(() => model.touch("size"));
  watch.observe(plot);
  return { box, close: () => watch.disconnect() };
}

function build(plot, shown, model) {
  const { clientWidth: width, clientHeight: height } = plot;
  if (!width || !height) return;
  const { source } = model;
  const axes = new Axes(source, width, height, model.highest, model.kept.relative);
  const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": described(model) });
  svg.append(axes.grid());
  if (axes.shows(0)) svg.append(limit(axes, source));
  const pair = chosenPair(model);
  for (const map of source.maps) {
    const group = drawn("g", pair && !pair.includes(map.name) ? { class: "aside" } : {});
    group.append(...lines(axes, map, source));
    svg.append(group);
  }
  svg.append(...shownFlips(model).map((one, at) => flag(axes, one, at, source)));
  shown.cursor = drawn("line", { class: "cursor", y1: 4, y2: axes.bottom });
  shown.dots = source.maps.map((map) => drawn("circle", { class: "at", r: 4, fill: map.colour }));
  svg.append(shown.cursor, ...shown.dots);
  plot.replaceChildren(svg);
  shown.axes = axes;
}

function follow({ axes, cursor, dots }, model) {
  const x = axes.x(model.quantile);
  cursor.setAttribute("x1", x);
  cursor.setAttribute("x2", x);
  dots.forEach((dot, at) => {
    const y = axes.y(model.states[at].score, model.quantile);
    dot.style.display = Number.isFinite(y) ? "" : "none";
    if (Number.isFinite(y)) dot.setAttribute("cx", x), dot.setAttribute("cy", y);
  });
}

function path(axes, quantiles, scores) {
  let pen = "M";
  let text = "";
  quantiles.forEach((quantile, at) => {
    const y = axes.y(scores[at], quantile);
    if (!Number.isFinite(y)) { pen = "M"; return; }
    text += `${pen}${axes.x(quantile).toFixed(1)} ${y.toFixed(1)}`;
    pen = "L";
  });
  return text;
}

function limit(axes, { quantiles, pixels }) {
  const line = drawn("path", { class: "limit", d: path(axes, quantiles, quantiles.map((one) => ceiling(one, pixels))) });
  line.append(drawn("title", {}, "Ceiling ln((1−q)N): no map, not even noise, scores higher"));
  return line;
}

// Dashed up to where the removal begins to change the map.
function lines(axes, map, { quantiles, sweep: curves }) {
  const scores = curves[map.name];
  const until = map.unaffected ?? -1;
  const part = (keep, name) => {
    const line = drawn("path", { class: name, stroke: map.colour, d: path(axes, quantiles, scores.map((score, at) => (keep(at) ? score : null))) });
    line.append(drawn("title", {}, map.title + (name === "untouched" ? ": not affected here" : "")));
    return line;
  };
  const edge = quantiles.findLastIndex((one) => one <= until);
  return [part((at) => at <= edge, "untouched"), part((at) => at >= edge, "curve")];
}

function flag(axes, crossing, at, { quantiles, sweep: curves }) {
  const right = quantiles.findIndex((one) => one >= crossing.quantile);
  const scores = curves[crossing.winner];
  const left = Math.max(0, right - 1);
  const share = right === left ? 0 : (crossing.quantile - quantiles[left]) / (quantiles[right] - quantiles[left]);
  const score = scores[left] + share * (scores[right] - scores[left]);
  const group = drawn("g", { class: "flip", transform: `translate(${axes.x(crossing.quantile)} ${axes.y(score, crossing.quantile)})` });
  group.append(drawn("circle", { r: 8 }), drawn("text", { y: 3.5, "text-anchor": "middle" }, String(at + 1)),
    drawn("title", {}, crossing.told));
  return group;
}

function described(model) {
  const told = shownFlips(model).map((one) => one.told).join("; ");
  return `Complexity of every method over all quantiles. ${told || "No change of places"}.`;
}

function listen(plot, shown, model, commit) {
  const choose = (event) => {
    if (!shown.axes) return;
    const { left } = plot.getBoundingClientRect();
    model.choose(Math.round(shown.axes.quantileAt(event.clientX - left) * 100) / 100);
  };
  plot.onpointerdown = (event) => {
    if (event.button) return;
    plot.setPointerCapture(event.pointerId);
    model.dragging = true;
    choose(event);
  };
  plot.onpointermove = (event) => { if (plot.hasPointerCapture(event.pointerId)) choose(event); };
  plot.onpointerup = plot.onpointercancel = () => { model.dragging = false; commit(); };
}
