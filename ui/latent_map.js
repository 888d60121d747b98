// The plane of the first two standard coordinates. The digit under the pointer is blended here, from the four
// tiles around it, without asking the server; only a choice (click, tap, Enter) is reported.
const TILE = 28;
const STEP = 0.1;
const SMALLEST_TILE = 26;
const STRIDES = [1, 2, 4, 5, 10]; // they divide the number of steps between tiles
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
const maps = new WeakMap();

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".map");
  const map = maps.get(parentElement) ?? { hidden: new Set(), sprite: null };
  maps.set(parentElement, map);
  Object.assign(map, { data, root, choose: (point) => setStateValue("point", point) });
  const place = String([data.centre, data.chosen]);
  if (map.place !== place) rest(map);
  map.place = place;
  build(map);
  if (map.sprite === data.sprite) draw(map);
  else load(map);
  return () => maps.delete(parentElement);
}

function build(map) {
  const { root, data } = map;
  const plane = root.querySelector(".plane");
  root.style.setProperty("--side", `${data.side}px`);
  plane.setAttribute("aria-label", data.label);
  plane.onpointermove = plane.onpointerdown = (event) => move(map, pointed(plane, event, data.extent));
  plane.onpointerleave = () => rest(map);
  plane.onclick = () => map.choose(map.at);
  plane.onkeydown = (event) => press(map, event);
  const classes = root.querySelector(".classes");
  if (data.legend && !classes.childElementCount) classes.append(...data.colours.map((_, i) => toggle(map, i)));
}

function toggle(map, label) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.style.setProperty("--dot", map.data.colours[label]);
  button.setAttribute("aria-label", `Show the digits ${label}`);
  button.setAttribute("aria-pressed", "true");
  button.onclick = () => {
    if (!map.hidden.delete(label)) map.hidden.add(label);
    button.setAttribute("aria-pressed", String(!map.hidden.has(label)));
    draw(map);
  };
  return button;
}

function press(map, event) {
  if (event.key === "Enter" || event.key === " ") map.choose(map.at);
  else if (event.key in ARROWS) {
    const step = event.shiftKey ? STEP / 4 : STEP;
    move(map, map.at.map((u, i) => clamp(u + step * ARROWS[event.key][i], map.data.extent)));
  } else return;
  event.preventDefault();
}

// Where the pointer is when nobody moves it.
function rest(map) {
  const { chosen, centre, extent } = map.data;
  move(map, (chosen ?? centre).map((u) => clamp(u, extent)));
}

function move(map, point) {
  map.at = point;
  map.frame ??= requestAnimationFrame(() => {
    map.frame = undefined;
    draw(map);
  });
}

function load(map) {
  const { data } = map;
  const image = new Image();
  image.onload = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    const { data: rgba } = context.getImageData(0, 0, image.width, image.height);
    map.grey = Uint8Array.from({ length: rgba.length / 4 }, (_, i) => rgba[4 * i]);
    map.sprite = data.sprite;
    paint(context, map.grey, data.palette);
    map.backdrop = canvas;
    draw(map);
  };
  image.src = data.sprite;
}

function draw(map) {
  if (!map.backdrop) return;
  const { root, data, at } = map;
  const plane = root.querySelector(".plane");
  const side = Math.round(data.side * Math.min(2, window.devicePixelRatio || 1));
  if (plane.height !== side) plane.width = plane.height = side;
  drawPlane(plane.getContext("2d"), side, map);
  paint(root.querySelector(".decoded").getContext("2d"), blend(map), data.palette);
  root.querySelector(".where").textContent = `at ${at.map((u) => u.toFixed(2)).join(", ")}`;
}

function drawPlane(context, side, { backdrop, data, at, hidden }) {
  const onPlane = ([u, v]) => [(u / data.extent + 1) * (side / 2), (1 - v / data.extent) * (side / 2)];
  const unit = side / data.side;
  drawBackdrop(context, side, backdrop, data.n);
  for (const [u, v, label] of data.dots) {
    if (!hidden.has(label)) circle(context, onPlane([u, v]), 2.6 * unit, data.colours[label]);
  }
  outline(context, data.ellipse.map(onPlane), unit);
  circle(context, onPlane(data.centre), 2.5 * unit, "#ffffff");
  crosshair(context, onPlane(at), unit);
}

// Every so many tiles, as large as can be recognised, dimmed to let the dots stand out.
function drawBackdrop(context, side, backdrop, n) {
  const pitch = side / (n - 1);
  const every = STRIDES.find((stride) => stride * pitch >= SMALLEST_TILE) ?? n - 1;
  const tile = every * pitch;
  for (let row = 0; row < n; row += every) {
    for (let column = 0; column < n; column += every) {
      const [x, y] = [column * pitch - tile / 2, row * pitch - tile / 2];
      context.drawImage(backdrop, column * TILE, row * TILE, TILE, TILE, x, y, tile, tile);
    }
  }
  context.fillStyle = "#14131a80";
  context.fillRect(0, 0, side, side);
}

function outline(context, points, unit) {
  context.beginPath();
  points.forEach(([x, y]) => context.lineTo(x, y));
  context.closePath();
  context.lineWidth = 2 * unit;
  context.strokeStyle = "#ffffff";
  context.stroke();
}

function circle(context, [x, y], radius, colour) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
}

function crosshair(context, [x, y], unit) {
  context.lineWidth = unit;
  context.strokeStyle = "#ffffffb0";
  context.strokeRect(x - 9 * unit, y - 9 * unit, 18 * unit, 18 * unit);
}

// The four tiles around a point, weighted by their nearness; TILE * TILE grey values.
function blend({ grey, data, at }) {
  const [x, y] = at.map((u, i) => (((i ? -u : u) / data.extent + 1) / 2) * (data.n - 1));
  const [column, row] = [x, y].map((value) => Math.min(Math.floor(value), data.n - 2));
  const [right, down] = [x - column, y - row];
  const stride = data.n * TILE;
  const mixed = new Uint8Array(TILE * TILE);
  for (let i = 0; i < mixed.length; i++) {
    const here = (row * TILE + Math.floor(i / TILE)) * stride + column * TILE + (i % TILE);
    const below = here + TILE * stride;
    const top = grey[here] * (1 - right) + grey[here + TILE] * right;
    const bottom = grey[below] * (1 - right) + grey[below + TILE] * right;
    mixed[i] = Math.round(top * (1 - down) + bottom * down);
  }
  return mixed;
}

// Grey values as pixels in the visitor's palette.
function paint(context, grey, palette) {
  const pixels = context.createImageData(context.canvas.width, context.canvas.height);
  grey.forEach((value, i) => pixels.data.set([...palette[value], 255], 4 * i));
  context.putImageData(pixels, 0, 0);
}

function pointed(plane, event, extent) {
  const box = plane.getBoundingClientRect();
  const u = ((event.clientX - box.left) / box.width) * 2 - 1;
  const v = 1 - ((event.clientY - box.top) / box.height) * 2;
  return [clamp(u * extent, extent), clamp(v * extent, extent)];
}

function clamp(value, extent) {
  return Math.max(-extent, Math.min(extent, value));
}
