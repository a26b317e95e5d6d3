// One view for all maps: zoom and place. (x, y) is the picture's place at a pane's upper left corner.
const MOST = 16;

export function zoomAt(zoom, left, top, factor) {
  const scale = Math.min(MOST, Math.max(1, zoom.scale * factor));
  return inside({
    scale,
    x: zoom.x + left / zoom.scale - left / scale,
    y: zoom.y + top / zoom.scale - top / scale,
  });
}

export function moved(zoom, right, down) {
  return inside({ ...zoom, x: zoom.x - right / zoom.scale, y: zoom.y - down / zoom.scale });
}

export const transform = ({ scale, x, y }) => `scale(${scale}) translate(${-x * 100}%, ${-y * 100}%)`;

// A place in a pane -> the pixel there.
export function pixelAt(zoom, left, top, { width, height }) {
  const at = (share, size) => Math.min(size - 1, Math.max(0, Math.floor(share * size)));
  return [at(zoom.x + left / zoom.scale, width), at(zoom.y + top / zoom.scale, height)];
}

// The middle of a pixel -> its place in a pane, in shares of it.
export function placeOf(zoom, [x, y], { width, height }) {
  return [((x + 0.5) / width - zoom.x) * zoom.scale, ((y + 0.5) / height - zoom.y) * zoom.scale];
}

export function zoomedByKey(key, zoom) {
  if (key === "+" || key === "=") return zoomAt(zoom, 0.5, 0.5, 1.5);
  if (key === "-") return zoomAt(zoom, 0.5, 0.5, 1 / 1.5);
  return key === "0" ? { scale: 1, x: 0, y: 0 } : undefined;
}

function inside(zoom) {
  const most = 1 - 1 / zoom.scale;
  const within = (value) => Math.min(most, Math.max(0, value));
  return { scale: zoom.scale, x: within(zoom.x), y: within(zoom.y) };
}
