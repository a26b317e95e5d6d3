// A box is drawn by dragging, a pixel marked by a click or a tap. With the keyboard, arrows move
// what is marked, and Shift with arrows moves the box's lower right corner.
const HINTS = {
  box: "Drag a box. Arrow keys move it, with Shift they change its size.",
  point: "Click a region. Arrow keys move the mark.",
  look: "",
};
const NAMES = { box: "Draw a box on the picture", point: "Click a region of the picture", look: "The explained region" };
const WAIT_MS = 400; // several key presses are one change
const held = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const before = held.get(parentElement);
  if (before) before.stop();
  const pane = make("div", `pane ${data.mode}`);
  pane.style.aspectRatio = `${data.width} / ${data.height}`;
  pane.setAttribute("role", data.mode === "look" ? "img" : "application");
  pane.setAttribute("aria-label", NAMES[data.mode]);
  pane.append(image(data.picture, "picture"));
  if (data.mask) pane.append(image(data.mask, "mask"));
  const state = { place: [...data.place], timer: null, from: null };
  state.stop = () => clearTimeout(state.timer);
  held.set(parentElement, state);
  const focused = parentElement.activeElement?.classList?.contains("pane");
  let root = parentElement.querySelector(".root");
  if (!root) { root = make("div", "root"); parentElement.append(root); }
  root.replaceChildren(pane, make("p", "hint", HINTS[data.mode]));
  if (data.mode === "look") return state.stop;
  const mark = make("div", `marked-${data.mode}`);
  pane.append(mark);
  pane.tabIndex = 0;
  draw(mark, data, state.place);
  listen(pane, mark, data, state, () => setStateValue("place", [...state.place]));
  if (focused) pane.focus({ preventScroll: true });
  return state.stop;
}

function make(name, className, text) {
  const node = document.createElement(name);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function image(source, className) {
  const node = new Image();
  node.src = source;
  node.alt = "";
  node.className = className;
  return node;
}

function draw(mark, { mode, height, width }, place) {
  const share = (value, whole) => `${(value / whole) * 100}%`;
  if (mode === "point") {
    Object.assign(mark.style, { top: share(place[0] + 0.5, height), left: share(place[1] + 0.5, width) });
    return;
  }
  const [top, left, bottom, right] = place;
  Object.assign(mark.style, {
    top: share(top, height), left: share(left, width),
    height: share(bottom - top, height), width: share(right - left, width),
  });
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

function listen(pane, mark, data, state, tell) {
  const { mode, height, width } = data;
  const pixel = (event) => {
    const box = pane.getBoundingClientRect();
    return [
      clamp(Math.floor(((event.clientY - box.top) / box.height) * height), 0, height - 1),
      clamp(Math.floor(((event.clientX - box.left) / box.width) * width), 0, width - 1),
    ];
  };
  const follow = (event) => {
    const at = pixel(event);
    state.place = mode === "point" ? at : between(state.from, at);
    draw(mark, data, state.place);
  };
  pane.onpointerdown = (event) => {
    if (event.button !== 0) return;
    pane.setPointerCapture(event.pointerId);
    state.from = pixel(event);
    follow(event);
  };
  pane.onpointermove = (event) => { if (state.from) follow(event); };
  pane.onpointerup = () => { if (state.from) { state.from = null; tell(); } };
  pane.onpointercancel = () => {
    state.from = null;
    state.place = [...data.place];
    draw(mark, data, state.place);
  };
  pane.onkeydown = (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    state.place = moved(state.place, step, event.shiftKey, height, width);
    draw(mark, data, state.place);
    clearTimeout(state.timer);
    state.timer = setTimeout(tell, WAIT_MS);
  };
}

// Both pixels belong to the box.
function between([row, column], [other, second]) {
  return [Math.min(row, other), Math.min(column, second), Math.max(row, other) + 1, Math.max(column, second) + 1];
}

function moved(place, [down, right], resize, height, width) {
  if (place.length === 2) return [clamp(place[0] + down, 0, height - 1), clamp(place[1] + right, 0, width - 1)];
  const [top, left, bottom, end] = place;
  if (resize) return [top, left, clamp(bottom + down, top + 1, height), clamp(end + right, left + 1, width)];
  const dy = clamp(down, -top, height - bottom), dx = clamp(right, -left, width - end);
  return [top + dy, left + dx, bottom + dy, end + dx];
}
