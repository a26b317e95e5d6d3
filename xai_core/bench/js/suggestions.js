// Quantiles to choose, each with its reason.
import { element, level } from "./text.js";

export function suggestions(model, commit) {
  const { choices, note } = model.source.suggestions;
  const box = element("div", "suggestions");
  box.append(element("h3", "", "Suggested"));
  const list = element("ul", "choices", undefined, { "aria-label": "Suggested quantiles" });
  for (const { quantile, told } of choices) {
    const item = element("li");
    const button = element("button", "", undefined, { type: "button" });
    button.append(element("b", "", level(quantile)), ` ${told}`);
    button.onclick = () => { model.choose(quantile); commit(); };
    item.append(button);
    list.append(item);
  }
  box.append(list);
  if (note) box.append(element("p", "", note));
  return box;
}
