// How the maps are drawn: what is shown, how strongly, in which colours, and how near.
import { element } from "./text.js";
import { zoomedByKey } from "./zoom.js";

const VIEWS = [["after", "After removal"], ["survivors", "What survives"], ["before", "Before"]];

export function toolbar(model) {
  const bar = element("div", "toolbar");
  const opacity = ranged(model);
  const colours = chosen(model);
  bar.append(views(model), opacity, colours, zooms(model));
  model.views.add((changed) => {
    if (!changed.has("look")) return;
    const plain = model.look.view === "survivors";
    colours.classList.toggle("off", plain);
  });
  return bar;
}

function views(model) {
  const group = element("div", "segments", undefined, { role: "radiogroup", "aria-label": "What the maps show" });
  const buttons = VIEWS.map(([value, text]) => {
    const button = element("button", "", text, { type: "button", role: "radio" });
    button.onclick = () => model.set("look", { view: value });
    button.onkeydown = (event) => step(event, buttons);
    group.append(button);
    return button;
  });
  const mark = () => VIEWS.forEach(([value], at) => {
    const on = model.look.view === value;
    buttons[at].setAttribute("aria-checked", on);
    buttons[at].tabIndex = on ? 0 : -1;
  });
  mark();
  model.views.add((changed) => { if (changed.has("look")) mark(); });
  return group;
}

function step(event, buttons) {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const next = buttons[(buttons.indexOf(event.currentTarget) + by + buttons.length) % buttons.length];
  next.focus();
  next.click();
}

function ranged(model) {
  const label = element("label", "field", "Over the photo");
  const input = element("input", "", undefined, {
    type: "range", min: "0", max: "1", step: "0.05", "aria-label": "Opacity of the map over the photo",
  });
  input.value = model.look.opacity;
  input.oninput = () => model.set("look", { opacity: Number(input.value) });
  label.append(input);
  return label;
}

function chosen(model) {
  const label = element("label", "field", "Colours");
  const select = element("select", "", undefined, { "aria-label": "Colours of the maps" });
  select.onchange = () => model.set("look", { colours: select.value });
  label.append(select);
  model.views.add(() => {
    const names = [...model.source.tables.keys()];
    if (select.options.length === names.length) return;
    select.replaceChildren(...names.map((name) => element("option", "", name, { value: name })));
    select.value = model.look.colours ?? names[0];
  });
  return label;
}

function zooms(model) {
  const group = element("div", "zooms", undefined, { role: "group", "aria-label": "Zoom of all maps" });
  for (const [key, text, label] of [["-", "−", "Zoom out"], ["+", "+", "Zoom in"], ["0", "⟲", "Reset zoom"]]) {
    const button = element("button", "", text, { type: "button", "aria-label": label, title: label });
    button.onclick = () => model.set("zoom", zoomedByKey(key, model.zoom));
    group.append(button);
  }
  return group;
}
