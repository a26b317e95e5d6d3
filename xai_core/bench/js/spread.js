// A map's two histograms: before removal, with the baseline to drag, and after it.
import { byKey } from "./slider.js";
import { bins, counted, countedBefore, decades, draw, place, range, shareOf, valueAt } from "./histogram.js";
import { brightest } from "./picture.js";
import { countUpTo, quantileAt } from "./removal.js";
import { element, short, whole, write } from "./text.js";

export function spread(model, at, commit) {
  const map = model.source.maps[at];
  const box = element("div", "spread");
  const before = chart("before, square-root axis");
  const after = chart("after, rescaled");
  box.append(before.box, after.box);
  if (!map.finite) return { box, draw() {} };
  const ends = range(map);
  const counts = countedBefore(map);
  const most = Math.max(...counts);
  const line = baselineLine(model, map, ends, before.plot, commit);
  write(before.low, short(ends[0]));
  write(before.high, map.peak > 0 ? `≥ ${short(ends[1])}` : "");
  let width = 0;
  return {
    box,
    draw(changed) {
      // Asking for a size lays the page out, which costs more than all the drawing: not in a drag.
      if (!width || changed.has("size")) width = fitted(before.canvas) && fitted(after.canvas);
      if (!width) return;
      line.mark(width);
      if (!changed.has("quantile") && !changed.has("size")) return;
      const state = model.states[at];
      const { kept, gone, faint } = model.ink;
      const edge = shareOf(state.baseline, ends) * bins;
      draw(before.canvas, counts, most, (bin) => (bin + 1 <= edge ? gone : kept));
      decades(before.canvas, most, faint);
      line.move(state.baseline, width);
      drawAfter(after, map, state, most, model.ink);
    },
  };
}

function drawAfter(chart, map, state, most, { kept, gone, faint }) {
  const high = brightest(map, state);
  const counts = state.left ? counted(map.sorted, state.baseline, high) : new Float64Array(bins);
  const zeros = countUpTo(map.sorted, state.baseline);
  draw(chart.canvas, counts, most, () => kept);
  decades(chart.canvas, most, faint);
  // What was set to zero stands apart: a grey bar at the left edge.
  const context = chart.canvas.getContext("2d");
  const ratio = window.devicePixelRatio || 1;
  const tall = (chart.canvas.height - 6 * ratio) * Math.min(1, Math.log1p(zeros) / Math.log1p(most));
  context.fillStyle = gone;
  context.fillRect(0, chart.canvas.height - 2 * ratio - tall, 3 * ratio, tall);
  write(chart.low, zeros ? `0: ${whole(zeros)}` : "0");
  write(chart.high, state.left ? `≥ ${short((high - state.baseline) / state.span)}` : "");
}

function chart(name) {
  const box = element("div", "chart");
  const plot = element("div", "plot");
  const canvas = element("canvas", "", undefined, { "aria-hidden": "true" });
  const scale = element("div", "ends");
  const low = element("span");
  const high = element("span");
  scale.append(low, element("span", "axis", name), high);
  plot.append(canvas);
  box.append(plot, scale);
  return { box, plot, canvas, low, high };
}

// As many device pixels as the canvas covers; its width in CSS pixels, 0 where it covers none.
function fitted(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (!width || !height) return 0;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  return canvas.clientWidth;
}

function baselineLine(model, map, ends, plot, commit) {
  const line = element("div", "baseline", undefined, {
    role: "slider", tabindex: "0", "aria-label": `Cut in the histogram of ${map.title}`,
    "aria-valuemin": ends[0], "aria-valuemax": map.peak,
  });
  const probe = element("div", "probe");
  plot.append(probe, line);
  const choose = (event) => {
    const { left, width } = plot.getBoundingClientRect();
    model.choose(quantileAt(map.sorted, valueAt(event.clientX - left, ends, width), model.quantile));
  };
  plot.onpointerdown = (event) => {
    if (event.button) return;
    plot.setPointerCapture(event.pointerId);
    model.dragging = true;
    line.focus({ preventScroll: true });
    choose(event);
  };
  plot.onpointermove = (event) => { if (plot.hasPointerCapture(event.pointerId)) choose(event); };
  plot.onpointerup = plot.onpointercancel = () => { model.dragging = false; commit(); };
  line.onkeydown = (event) => byKey(event, model, commit);
  return {
    move(baseline, width) {
      line.style.transform = `translateX(${place(baseline, ends, width)}px)`;
      line.setAttribute("aria-valuenow", baseline);
      line.setAttribute("aria-valuetext", short(baseline));
    },
    mark(width) {
      probe.style.display = model.probe ? "block" : "none";
      if (!model.probe) return;
      const value = map.values[model.probe[1] * model.source.width + model.probe[0]];
      probe.style.transform = `translateX(${place(value, ends, width)}px)`;
    },
  };
}
