// Scrolls the page to its top when the number grows.
export default function ({ data }) {
  const before = window.pedestalScrolledTo ?? 0;  // outlives the element, which may be drawn anew
  window.pedestalScrolledTo = data.turn;
  if (data.turn > before) {
    document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
  }
}
