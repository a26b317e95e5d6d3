// Numbers and elements as a person reads them.

export function element(name, className = "", text = undefined, attributes = {}) {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function drawn(name, attributes = {}, text = undefined) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

// Writing the same text again would make the browser lay out the line again.
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export const nats = (score) => (Number.isFinite(score) ? score.toFixed(4) : "no score");
export const percent = (share) => `${(share * 100).toFixed(1)}%`;
export const whole = (count) => count.toLocaleString("en-US");

// Two decimals on the slider's grid, four off it.
export function level(quantile) {
  const text = quantile.toFixed(4);
  return text.endsWith("00") ? quantile.toFixed(2) : text;
}

export function short(value) {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e4 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}

export function tiny(value) {
  return value === 0 ? "0" : value.toExponential(0).replace("e-", "·10⁻").replace(/\d+$/, raised);
}

function raised(digits) {
  return [...digits].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
}
