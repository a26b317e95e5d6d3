// Removal of the baseline and Complexity, in float64 as Python computes them.
// Nothing here knows of a page: the tests hold these functions against NumPy and Quantus.

export const NOT_FINITE = "The map holds values that are not finite.";
export const ZERO = "The map is zero everywhere, so Complexity is not defined.";

// A map with what is looked up at every quantile: its values in order.
export function prepared(values) {
  const finite = values.every(Number.isFinite);
  const sorted = finite ? Float64Array.from(values).sort() : new Float64Array(0);
  return { values, finite, sorted, low: sorted[0] ?? NaN, peak: sorted[sorted.length - 1] ?? NaN };
}

// numpy.quantile, linear, down to the order of its operations.
export function quantileOf(sorted, quantile) {
  const last = sorted.length - 1;
  const place = last * quantile;
  const below = Math.min(last, Math.max(0, Math.floor(place)));
  const low = sorted[below];
  const high = sorted[Math.min(last, below + 1)];
  const share = place - below;
  const gap = high - low;
  return share >= 0.5 ? high - gap * (1 - share) : low + gap * share;
}

// How many values are at most `value`.
export function countUpTo(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function countBelow(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

// The quantile at which the baseline is `value`: of all that are (ties), the one next to `near`.
export function quantileAt(sorted, value, near) {
  const last = sorted.length - 1;
  const first = countBelow(sorted, value);
  const after = countUpTo(sorted, value);
  if (last < 1 || first > last) return last < 1 ? near : 1;
  if (after > first) return Math.min((after - 1) / last, Math.max(first / last, near));
  if (after === 0) return 0;
  const gap = sorted[after] - sorted[after - 1];
  return (after - 1 + (value - sorted[after - 1]) / gap) / last;
}

// What the removal at a quantile leaves, and the entropy of it in nats; NaN with a cause.
export function removed(map, quantile) {
  if (!map.finite) return { baseline: NaN, span: 0, start: 0, left: 0, score: NaN, cause: NOT_FINITE };
  const { sorted } = map;
  const baseline = quantileOf(sorted, quantile);
  const start = countUpTo(sorted, baseline);
  const left = sorted.length - start;
  const span = map.peak - baseline;
  const score = left ? entropyAbove(sorted, start, baseline, span) : NaN;
  return { baseline, span, start, left, score, cause: left ? null : ZERO };
}

// ln S − T / S of d = value − baseline, S = Σd, T = Σ d·ln d: one logarithm a value.
function entropyAbove(sorted, start, baseline, span) {
  let total = 0;
  let weighted = 0;
  for (let at = start; at < sorted.length; at += 1) {
    const share = (sorted[at] - baseline) / span;
    total += share;
    // A difference of two neighbouring floats can underflow to 0; 0·ln 0 counts as 0.
    if (share > 0) weighted += share * Math.log(share);
  }
  return Math.log(total) - weighted / total;
}

// ln of how many values can be left: no map, not even noise, scores higher.
export function ceiling(quantile, pixels) {
  return Math.log(Math.max(1, (1 - quantile) * pixels));
}

// Places by score, lower first; ties share a place; without a score there is none.
export function places(scores) {
  return scores.map((score) => (Number.isFinite(score)
    ? 1 + scores.filter((other) => other < score).length : null));
}
