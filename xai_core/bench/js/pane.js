// A photo with a map over it. The pointer, or the arrow keys, probe a pixel in all maps at once; a
// click, or Enter, puts the baseline at its value.
import { packed, paint } from "./picture.js";
import { quantileAt } from "./removal.js";
import { element } from "./text.js";
import { moved, pixelAt, placeOf, transform, zoomAt, zoomedByKey } from "./zoom.js";

const STILL = 4;  // CSS pixels that a finger may slip in a click
const COARSE = 64;  // below so many pixels a map is drawn as squares

export function pane(model, at, commit) {
  const { height, width, photo, maps } = model.source;
  const box = element("div", "pane", undefined, { role: "img", tabindex: "0" });
  box.style.setProperty("--ratio", width / height);
  const image = new Image();
  image.src = photo;
  image.alt = "";
  image.draggable = false;
  const canvas = element("canvas", width < COARSE ? "coarse" : "");
  Object.assign(canvas, { width, height });
  const cross = element("span", "cross");
  box.append(image, canvas, cross);
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(width, height);
  const words = new Uint32Array(pixels.data.buffer);
  listen(box, model, at, commit);
  return {
    box,
    draw(changed) {
      if (changed.has("zoom") || changed.has("size")) fit(box, image, canvas, model.zoom);
      mark(cross, model);
      if (!changed.has("quantile") && !changed.has("look")) return;
      const { view, opacity, colours } = model.look;
      paint(words, maps[at], model.states[at], view, table(model, colours), 0xff101418);
      context.putImageData(pixels, 0, 0);
      canvas.style.opacity = opacity;
    },
  };
}

function table(model, name) {
  const { tables } = model.source;
  const wanted = tables.has(name) ? name : tables.keys().next().value;
  model.packed ??= new Map();
  if (!model.packed.has(wanted)) model.packed.set(wanted, packed(tables.get(wanted)));
  return model.packed.get(wanted);
}

function fit(box, image, canvas, zoom) {
  box.classList.toggle("zoomed", zoom.scale > 1);
  image.style.transform = canvas.style.transform = transform(zoom);
}

function mark(cross, model) {
  cross.style.display = model.probe ? "block" : "none";
  if (!model.probe) return;
  const [left, top] = placeOf(model.zoom, model.probe, model.source);
  Object.assign(cross.style, { left: `${left * 100}%`, top: `${top * 100}%` });
}

// The baseline at the value under the probe, in this pane's map.
function cut(model, at, commit) {
  const map = model.source.maps[at];
  if (!model.probe || !map.finite) return;
  const [x, y] = model.probe;
  model.choose(quantileAt(map.sorted, map.values[y * model.source.width + x], model.quantile));
  commit();
}

function listen(box, model, at, commit) {
  const place = (event) => {
    const { left, top, width, height } = box.getBoundingClientRect();
    return [(event.clientX - left) / width, (event.clientY - top) / height];
  };
  const probe = (event) => model.point(pixelAt(model.zoom, ...place(event), model.source));
  let held = null;
  box.onpointerdown = (event) => {
    if (event.button) return;
    held = { from: place(event), x: event.clientX, y: event.clientY, moved: false };
    probe(event);
    if (model.zoom.scale > 1) box.setPointerCapture(event.pointerId);
  };
  box.onpointermove = (event) => {
    probe(event);
    if (!held) return;
    held.moved ||= Math.hypot(event.clientX - held.x, event.clientY - held.y) > STILL;
    if (!held.moved || model.zoom.scale === 1) return;
    const to = place(event);
    model.set("zoom", moved(model.zoom, to[0] - held.from[0], to[1] - held.from[1]));
    held.from = to;
  };
  box.onpointerup = () => { if (held && !held.moved) cut(model, at, commit); held = null; };
  box.onpointercancel = () => { held = null; };
  box.onpointerleave = () => { if (!held) model.point(null); };
  // Plain scrolling stays the page's; a pinch on a trackpad arrives as a wheel with ctrlKey.
  box.onwheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    model.set("zoom", zoomAt(model.zoom, ...place(event), Math.exp(-event.deltaY / 200)));
  };
  box.onkeydown = (event) => { if (onKey(event, model, at, commit)) event.preventDefault(); };
  box.onblur = () => model.point(null);
}

function onKey(event, model, at, commit) {
  const { width, height } = model.source;
  const step = event.shiftKey ? 10 : 1;
  const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
  if (by) {
    const [x, y] = model.probe ?? [width >> 1, height >> 1];
    model.point([Math.min(width - 1, Math.max(0, x + by[0])), Math.min(height - 1, Math.max(0, y + by[1]))]);
  } else if (event.key === "Enter" || event.key === " ") cut(model, at, commit);
  else if (zoomedByKey(event.key, model.zoom)) model.set("zoom", zoomedByKey(event.key, model.zoom));
  else return false;
  return true;
}
