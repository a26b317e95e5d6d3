// Where a quantile and a score lie on the sweep's drawing, and the lines behind it.
import { ceiling } from "./removal.js";
import { drawn } from "./text.js";

const PAD = { left: 40, right: 10, top: 10, bottom: 34 };

export class Axes {
  constructor(source, width, height, highest, relative) {
    Object.assign(this, { width, height, highest, relative, pixels: source.pixels });
    const all = source.maps.flatMap((map) => source.sweep[map.name]
      .map((score, at) => this.value(score, source.quantiles[at])).filter(Number.isFinite));
    // Relative to the ceiling it is the curves that are looked at, wherever they lie below it.
    const top = relative && all.length ? Math.max(...all) : this.value(ceiling(0, source.pixels), 0);
    const low = Math.min(top - 1e-3, ...all);
    this.low = low - (top - low) * 0.04;
    this.high = top + (top - low) * 0.03;
  }

  // Whether the ceiling is in sight: relative to it, it is 0.
  shows(value) { return !this.relative || value <= this.high; }

  // `null` stays unknown; relative to the ceiling all scores are at most 0.
  value(score, quantile) {
    if (score === null || !Number.isFinite(score)) return NaN;
    return this.relative ? score - ceiling(quantile, this.pixels) : score;
  }

  x(quantile) { return PAD.left + (quantile / this.highest) * (this.width - PAD.left - PAD.right); }

  y(score, quantile) {
    const share = (this.value(score, quantile) - this.low) / (this.high - this.low);
    return this.height - PAD.bottom - share * (this.height - PAD.top - PAD.bottom);
  }

  quantileAt(x) { return ((x - PAD.left) / (this.width - PAD.left - PAD.right)) * this.highest; }

  get bottom() { return this.height - PAD.bottom; }

  grid() {
    const group = drawn("g", { class: "grid" });
    for (let tenth = 0; tenth < 10; tenth += this.width < 420 ? 2 : 1) {
      const x = this.x(tenth / 10);
      group.append(drawn("line", { x1: x, x2: x, y1: PAD.top, y2: this.bottom }),
        drawn("text", { x, y: this.bottom + 14, "text-anchor": "middle" }, (tenth / 10).toString()));
    }
    for (const value of ticks(this.low, this.high)) {
      const y = this.bottom - ((value - this.low) / (this.high - this.low)) * (this.bottom - PAD.top);
      group.append(drawn("line", { x1: PAD.left, x2: this.width - PAD.right, y1: y, y2: y }),
        drawn("text", { x: PAD.left - 6, y: y + 3.5, "text-anchor": "end" }, String(value).replace("-", "−")));
    }
    group.append(drawn("text", { x: this.width - PAD.right, y: this.height - 4, "text-anchor": "end" }, "baseline quantile q"));
    return group;
  }
}

function ticks(low, high) {
  const rough = (high - low) / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * unit).find((size) => size >= rough);
  const found = [];
  for (let at = Math.ceil(low / step); at * step <= high; at += 1) found.push(Number((at * step).toPrecision(6)));
  return found;
}
