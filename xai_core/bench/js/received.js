// The maps that Python sent: once for a run and a recipe, under a digest. They outlive a change of
// the quantile and of the page; the last two stay.
import { prepared } from "./removal.js";

const KEPT = 2;
const known = new Map();
const waiting = new Set();

// Layout: u32 length of the header, header (JSON), zeros up to a multiple of 8, maps as float64,
// then the colour tables as 256 × RGB.
export function receive(bytes) {
  const whole = bytes.slice();  // aligned, whatever buffer the message came in
  const length = new DataView(whole.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(whole.subarray(4, 4 + length)));
  if (known.has(header.digest)) return;
  const { height, width } = header;
  let offset = Math.ceil((4 + length) / 8) * 8;
  const maps = header.methods.map((method) => {
    const values = new Float64Array(whole.buffer, offset, height * width);
    offset += values.byteLength;
    return { ...method, ...prepared(values) };
  });
  const tables = header.colours.map((name, at) => [name, whole.subarray(offset + at * 768, offset + (at + 1) * 768)]);
  known.set(header.digest, { ...header, maps, tables: new Map(tables), pixels: height * width });
  while (known.size > KEPT) known.delete(known.keys().next().value);
  for (const tell of [...waiting]) tell();
}

export const maps = (digest) => known.get(digest);

// Calls back whenever maps arrive; returns how to stop that.
export function onArrival(tell) {
  waiting.add(tell);
  return () => waiting.delete(tell);
}
