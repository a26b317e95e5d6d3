// Tiles with one view: zoom, pan and the marked place are the same in all tiles of a group,
// also where the group is spread over several grids of a page.
const MAX_ZOOM = 16;
const groups = new Map();

export default function ({ data: [data], parentElement }) {
  if (!groups.has(data.group)) groups.set(data.group, { zoom: 1, x: 0, y: 0, swipe: 50, panes: new Set() });
  const view = groups.get(data.group);
  let root = parentElement.querySelector(".root");
  if (!root) {
    root = document.createElement("div");
    root.className = "root";
    parentElement.appendChild(root);
  }
  if (!root.grid) Object.assign(root, { grid: element("div", "grid"), drawn: [] });
  root.grid.style.setProperty("--tile", `${data.tile}px`);
  const drawn = data.items.map((item, place) => renewed(root.drawn[place], item, view));
  const gone = root.drawn.filter((one) => !drawn.some((other) => other.pane === one.pane));
  gone.forEach((one) => view.panes.delete(one.pane));
  root.drawn = drawn;
  replace(root.grid, drawn.map((one) => one.figure));
  if (!data.toolbar !== !root.bar) {
    root.bar = data.toolbar ? toolbar(view) : null;
    replace(root, root.bar ? [root.bar, root.grid] : [root.grid]);
  } else if (!root.grid.isConnected) root.append(root.grid);
  for (const { pane } of drawn) {
    view.panes.add(pane);
    if (!pane.onkeydown) listen(pane, view);  // else a hand that drags it would lose it
  }
  draw(view);
  return () => drawn.forEach(({ pane }) => view.panes.delete(pane));
}

// What has not changed stays as it is, with its focus: maps come while others are looked at.
function replace(parent, children) {
  const same = children.length === parent.children.length
    && children.every((child, place) => child === parent.children[place]);
  if (!same) parent.replaceChildren(...children);
}

function renewed(old, item, view) {
  const told = JSON.stringify(item);
  if (old?.told === told) return old;
  const { title, after: { length: divided } } = item;
  const anew = old?.title !== title || divided || old.divided;
  return { told, title, divided, ...(anew ? addTile(item) : refresh(old, item, view)) };
}

// The old picture stays until the new one can be painted: nothing flashes.
function refresh({ figure, pane }, item, view) {
  const [caption, , ...below] = parts(item, pane);
  figure.firstChild.replaceWith(caption);
  while (figure.lastChild !== pane) figure.lastChild.remove();
  figure.append(...below);
  const images = item.layers.map(layerOf);
  Promise.all(images.map((image) => image.decode().catch(() => {}))).then(() => {
    if (pane.wanted !== images) return;
    pane.querySelectorAll("img").forEach((image) => image.remove());
    pane.prepend(...images);
    draw(view);
  });
  pane.wanted = images;
  return { figure, pane };
}

function element(name, className, text) {
  const node = document.createElement(name);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function addTile(item) {
  const figure = element("figure", "tile");
  const pane = element("div", "pane");
  pane.tabIndex = 0;
  pane.setAttribute("role", "img");
  pane.wanted = item.layers.map(layerOf);
  pane.append(...pane.wanted);
  if (item.after.length) pane.append(...divided(item));
  pane.append(element("div", "cross"));
  figure.append(...parts(item, pane));
  return { figure, pane };
}

function parts(item, pane) {
  const caption = element("figcaption", "");
  const note = element("span", "note", item.note);
  note.title = item.note;  // what is cut off
  caption.append(element("span", "title", item.title), note);
  pane.setAttribute("aria-label", item.alt);
  pane.style.setProperty("--ratio", item.ratio);
  const found = [caption, pane];
  if (item.scale) found.push(scale(item.scale));
  if (item.scale?.note) found.push(element("div", "behind", item.scale.note));
  return found;
}

function layerOf({ src, opacity }) {
  const image = new Image();
  image.src = src;
  image.alt = "";
  image.style.opacity = opacity;
  return image;
}

// What is right of the divider, and the divider: a slider, so that keys and fingers move it, too.
function divided(item) {
  const after = element("div", "after");
  after.append(...item.after.map(layerOf));
  const slider = element("input", "divide");
  Object.assign(slider, { type: "range", min: 0, max: 100, step: 1 });
  slider.setAttribute("aria-label", `${item.title}: before removal on the left, after it on the right`);
  for (const name of ["pointerdown", "pointermove", "dblclick", "keydown"]) {
    slider.addEventListener(name, (event) => event.stopPropagation());
  }
  return [after, element("span", "side left", "before"), element("span", "side right", "after"), slider];
}

function scale({ low, high, colours }) {
  const row = element("div", "scale");
  const ramp = element("span", "ramp");
  ramp.style.background = `linear-gradient(to right, ${colours.join(",")})`;
  row.append(element("span", "", low), ramp, element("span", "", high));
  return row;
}

function toolbar(view) {
  const bar = element("div", "bar");
  bar.append(element("span", "hint", "Drag to move, double-click or + and − to zoom: all maps follow."));
  const add = (text, label, act) => {
    const button = element("button", "", text);
    button.type = "button";
    button.setAttribute("aria-label", label);
    button.onclick = () => { act(); draw(view); };
    bar.append(button);
  };
  add("−", "Zoom out", () => zoomAt(view, 0.5, 0.5, 1 / 1.5));
  add("+", "Zoom in", () => zoomAt(view, 0.5, 0.5, 1.5));
  add("⟲", "Reset zoom", () => Object.assign(view, { zoom: 1, x: 0, y: 0 }));
  return bar;
}

// (x, y) is the picture's place at the pane's upper left corner, in shares of the picture.
function zoomAt(view, left, top, factor) {
  const zoom = Math.min(MAX_ZOOM, Math.max(1, view.zoom * factor));
  view.x += left / view.zoom - left / zoom;
  view.y += top / view.zoom - top / zoom;
  view.zoom = zoom;
  keepInside(view);
}

function keepInside(view) {
  const most = 1 - 1 / view.zoom;
  view.x = Math.min(most, Math.max(0, view.x));
  view.y = Math.min(most, Math.max(0, view.y));
}

function draw(view) {
  const { zoom, x, y, swipe, panes } = view;
  const move = `scale(${zoom}) translate(${-x * 100}%, ${-y * 100}%)`;
  for (const pane of panes) {
    pane.classList.toggle("zoomed", zoom > 1);
    pane.style.setProperty("--swipe", `${swipe}%`);
    const slider = pane.querySelector(".divide");
    if (slider) slider.value = swipe;
    pane.querySelectorAll("img").forEach((image) => { image.style.transform = move; });
  }
}

function mark(panes, left, top) {
  for (const pane of panes) {
    const cross = pane.querySelector(".cross");
    cross.style.display = left === null ? "none" : "block";
    if (left !== null) Object.assign(cross.style, { left: `${left * 100}%`, top: `${top * 100}%` });
  }
}

function listen(pane, view) {
  const redraw = () => draw(view), slider = pane.querySelector(".divide");
  if (slider) slider.oninput = () => { view.swipe = Number(slider.value); redraw(); };
  const place = (event) => {
    const box = pane.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  let from = null;
  pane.onpointerdown = (event) => { if (view.zoom > 1) { from = place(event); pane.setPointerCapture(event.pointerId); } };
  pane.onpointerup = pane.onpointercancel = () => { from = null; };
  pane.onpointerleave = () => mark(view.panes, null);
  pane.onpointermove = (event) => {
    const [left, top] = place(event);
    mark(view.panes, left, top);
    if (!from) return;
    view.x -= (left - from[0]) / view.zoom;
    view.y -= (top - from[1]) / view.zoom;
    from = [left, top];
    keepInside(view);
    redraw();
  };
  pane.ondblclick = (event) => { zoomAt(view, ...place(event), event.shiftKey ? 0.5 : 2); redraw(); };
  // Plain scrolling stays the page's; a pinch on a trackpad arrives as a wheel with ctrlKey.
  pane.onwheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoomAt(view, ...place(event), Math.exp(-event.deltaY / 200));
    redraw();
  };
  pane.onkeydown = (event) => { if (onKey(event.key, view)) { event.preventDefault(); redraw(); } };
}

function onKey(key, view) {
  const step = 0.1 / view.zoom;
  const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
  if (key === "+" || key === "=") zoomAt(view, 0.5, 0.5, 1.5);
  else if (key === "-") zoomAt(view, 0.5, 0.5, 1 / 1.5);
  else if (key === "0") Object.assign(view, { zoom: 1, x: 0, y: 0 });
  else if (view.zoom > 1 && moves[key]) { view.x += moves[key][0]; view.y += moves[key][1]; keepInside(view); }
  else return false;
  return true;
}
