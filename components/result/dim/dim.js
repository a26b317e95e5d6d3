// The theme's colours are known inside components alone; the style sheet is of the whole page.
const COLOURS = { "--result-ground": "--st-background-color", "--result-line": "--st-border-color" };

export default function ({ parentElement }) {
  const here = getComputedStyle(parentElement);
  for (const [name, given] of Object.entries(COLOURS)) {
    document.documentElement.style.setProperty(name, here.getPropertyValue(given));
  }
}
