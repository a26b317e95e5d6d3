// What the bench shows: one quantile for all maps, and what follows from it. Views listen; a burst
// of events becomes one frame.
import { places, removed } from "./removal.js";

export const STEP = 0.01;
// How a person looks at the maps; it outlives the bench of one page.
const kept = { relative: false, flips: null, look: { view: "after", opacity: 0.8, colours: null } };

export class Model {
  constructor() {
    this.quantile = 0;
    this.highest = 0.99;
    this.kept = kept;
    this.look = kept.look;
    this.zoom = { scale: 1, x: 0, y: 0 };
    this.probe = null;  // the pixel under the pointer, [x, y]
    this.dragging = false;
    this.asks = true;  // whether there is a Python to ask
    this.printing = false;
    this.pending = false;  // Python has not answered for this quantile yet
    this.frames = [];  // milliseconds of the last frames, for whoever measures
    this.views = new Set();
    this.frame = null;
    this.changed = new Set();
  }

  load(source) {
    this.source = source;
    this.states = [];
  }

  // Compute now: what a frame, and a test, does.
  compute() {
    this.states = this.source.maps.map((map) => {
      const state = removed(map, this.quantile);
      return map.unranked ? { ...state, score: NaN, cause: map.unranked } : state;
    });
    this.places = places(this.states.map((state) => state.score));
  }

  // `kind` of what changed: quantile, look, zoom, probe, answer, flips, size.
  touch(kind) {
    this.changed.add(kind);
    if (this.frame === null) this.frame = requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.frame = null;
    if (!this.source) return;
    const start = performance.now();
    const changed = this.changed;
    this.changed = new Set();
    if (changed.has("quantile") || !this.states.length) this.compute();
    for (const view of this.views) view(changed);
    if (changed.has("quantile")) this.frames.push(performance.now() - start);
    if (this.frames.length > 500) this.frames.splice(0, 250);
  }

  // A quantile that a person chose: within its limits, and short enough for an address.
  choose(quantile) {
    if (!Number.isFinite(quantile)) return;
    const next = Math.round(Math.min(this.highest, Math.max(0, quantile)) * 1e9) / 1e9;
    if (next === this.quantile) return;
    this.quantile = next;
    this.pending = true;
    this.touch("quantile");
  }

  set(kind, values) {
    Object.assign(this[kind], values);
    this.touch(kind);
  }

  point(probe) {
    if (String(probe) === String(this.probe)) return;
    this.probe = probe;
    this.touch("probe");
  }
}

// Where a key moves the quantile to; undefined for a key that does not.
export function stepped(event, quantile, highest) {
  const step = event.shiftKey ? STEP / 10 : STEP;
  const onGrid = (value) => Math.round(value / step) * step;
  const moves = {
    ArrowRight: () => onGrid(quantile + step),
    ArrowUp: () => onGrid(quantile + step),
    ArrowLeft: () => onGrid(quantile - step),
    ArrowDown: () => onGrid(quantile - step),
    PageUp: () => onGrid(quantile + 10 * STEP),
    PageDown: () => onGrid(quantile - 10 * STEP),
    Home: () => 0,
    End: () => highest,
  };
  return moves[event.key]?.();
}
