// How the values of a map are spread: counts on a logarithmic axis, values on one of square roots,
// so that the pedestal, which is low and narrow, has room beside the tail.
import { countUpTo, quantileOf } from "./removal.js";

const BINS = 72;
const LAST = 0.995;  // what lies above shares the last bar, or a hot pixel would hide the rest
const PAD = { left: 2, right: 2, top: 4, bottom: 2 };

// Counts between two ends; the last bar holds everything above.
export function counted(sorted, low, high) {
  const counts = new Float64Array(BINS);
  let before = countUpTo(sorted, low);
  for (let bin = 0; bin < BINS; bin += 1) {
    const upTo = bin === BINS - 1 ? sorted.length : countUpTo(sorted, low + ((bin + 1) / BINS) ** 2 * (high - low));
    counts[bin] = upTo - before;
    before = upTo;
  }
  return counts;
}

// The ends of the axis before removal.
export function range(map) {
  const low = Math.min(0, map.low);
  const high = quantileOf(map.sorted, LAST);
  return [low, high > low ? high : Math.max(map.peak, low + Number.MIN_VALUE)];
}

// Values at `low` itself lie in no interval above it; before removal they belong to the first bar.
export function countedBefore(map) {
  const [low, high] = range(map);
  const counts = counted(map.sorted, low, high);
  counts[0] += countUpTo(map.sorted, low);
  return counts;
}

// Where a value lies on the axis, in [0, 1].
export function shareOf(value, [low, high]) {
  return Math.sqrt(Math.min(1, Math.max(0, (value - low) / (high - low))));
}

export function place(value, [low, high], width) {
  return PAD.left + shareOf(value, [low, high]) * (width - PAD.left - PAD.right);
}

export function valueAt(x, [low, high], width) {
  const share = (x - PAD.left) / (width - PAD.left - PAD.right);
  return low + Math.min(1, Math.max(0, share)) ** 2 * (high - low);
}

// `most` is the count at full height: the same before and after, so that both can be compared.
export function draw(canvas, counts, most, colourOf) {
  const { width, height } = canvas;
  const context = canvas.getContext("2d");
  const ratio = window.devicePixelRatio || 1;
  context.clearRect(0, 0, width, height);
  const left = PAD.left * ratio;
  const step = (width - left - PAD.right * ratio) / BINS;
  const full = height - (PAD.top + PAD.bottom) * ratio;
  const top = Math.log1p(most);
  let colour = null;
  for (let bin = 0; bin < BINS; bin += 1) {
    if (!counts[bin]) continue;
    if (colour !== colourOf(bin)) context.fillStyle = colour = colourOf(bin);
    const tall = Math.max(ratio, (full * Math.log1p(counts[bin])) / top);
    const x = Math.round(left + bin * step);
    const wide = Math.max(1, Math.round(left + (bin + 1) * step) - x - (step > 3 ? 1 : 0));
    context.fillRect(x, height - PAD.bottom * ratio - tall, wide, tall);
  }
}

// Faint lines at 10, 100, 1,000 … values.
export function decades(canvas, most, colour) {
  const context = canvas.getContext("2d");
  const ratio = window.devicePixelRatio || 1;
  const full = canvas.height - (PAD.top + PAD.bottom) * ratio;
  context.fillStyle = colour;
  for (let count = 10; count <= most; count *= 10) {
    const y = canvas.height - PAD.bottom * ratio - (full * Math.log1p(count)) / Math.log1p(most);
    context.fillRect(0, Math.round(y), canvas.width, Math.max(1, Math.round(ratio / 2)));
  }
}

export const bins = BINS;
