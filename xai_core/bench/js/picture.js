// One map as colours: what is left of it, or as it was, or a veil over what does not survive.
import { quantileOf } from "./removal.js";

const BRIGHTEST = 0.995;  // a single hot pixel must not leave the rest of a map black
const GREY = 0xff808080;

// RGB bytes -> 32 bits a colour, as a canvas keeps them.
export function packed(table) {
  return Uint32Array.from({ length: 256 }, (_, at) =>
    (0xff000000 | (table[3 * at + 2] << 16) | (table[3 * at + 1] << 8) | table[3 * at]) >>> 0);
}

export function paint(pixels, map, state, view, colours, veil) {
  if (!map.finite) pixels.fill(GREY);
  else if (view === "survivors") veiled(pixels, map.values, state.baseline, veil);
  else if (view === "before") ramp(pixels, map.values, Math.min(0, map.low), quantileOf(map.sorted, BRIGHTEST) || map.peak, colours);
  else ramp(pixels, map.values, state.baseline, brightest(map, state), colours);
}

// The value of the brightest colour after removal.
export function brightest(map, state) {
  const high = quantileOf(map.sorted, BRIGHTEST);
  return high > state.baseline ? high : map.peak;
}

function ramp(pixels, values, low, high, colours) {
  const scale = high > low ? 255 / (high - low) : 0;
  for (let at = 0; at < pixels.length; at += 1) {
    const step = (values[at] - low) * scale + 0.5;
    pixels[at] = colours[step < 0 ? 0 : step > 255 ? 255 : step | 0];
  }
}

function veiled(pixels, values, baseline, veil) {
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = values[at] > baseline ? 0 : veil;
}
