// The flips by name; each leads to its place.
import { element, write } from "./text.js";

export function flips(model, commit) {
  const list = element("ol", "flips", undefined, { "aria-label": "Where methods change places" });
  const { crossings } = model.source;
  for (const crossing of crossings) {
    const item = element("li");
    const button = element("button", "", crossing.told, { type: "button" });
    button.onclick = () => { model.choose(crossing.past); commit(); };
    item.append(button);
    list.append(item);
  }
  if (!crossings.length) write(list, "No method overtakes another at any quantile.");
  return list;
}
