// The plane of the first two standard coordinates. The digit under the pointer is blended here, from the four
// tiles around it, without asking the server; only a choice (click, tap, Enter) is reported.
const TILE = 28;
const STEP = 0.1;
const SMALLEST_TILE = 26;
const STRIDES = [1, 2, 5, 10, 25]; // they divide the number of steps between tiles
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
const FOG = { cells: 60, bandwidth: 0.35, thick: 0.78, thin: 0.2 };
const FOG_COLOUR = [20, 19, 26];
const TRAIL_POINTS = 40;
const maps = new Map();
let sheet = null; // the picture of all tiles, for all maps
let grey = null; // its values, once it has come

export default function ({ data, parentElement, setStateValue }) {
  load(data.tiles.url);
  mount(data, parentElement, (point) => setStateValue("point", point));
  return () => maps.delete(parentElement);
}

function load(url) {
  if (sheet) return;
  sheet = Object.assign(new Image(), { src: url });
  const unpack = () => {
    const { width, height } = sheet;
    const context = canvas(width, height).getContext("2d", { willReadFrequently: true });
    context.drawImage(sheet, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
    grey = new Uint8Array(pixels.length);
    for (let i = 0; i < grey.length; i++) grey[i] = pixels[i]; // red, green and blue alike: the lowest byte
    for (const map of maps.values()) redraw(map);
  };
  const fail = () => {
    sheet = null; // the next run of the page tries again
    for (const map of maps.values()) where(map).textContent = "The map could not be loaded. Reload the page.";
  };
  sheet.decode().then(unpack, fail); // not in the thread that builds the page
}

function where({ root }) {
  return root.querySelector(".where");
}

function mount(data, parentElement, choose) {
  const root = parentElement.querySelector(".map");
  const map = maps.get(parentElement) ?? { alone: null, trail: [] };
  maps.set(parentElement, map);
  Object.assign(map, { data, root, choose, plane: root.querySelector(".plane") });
  map.colours = packed(data.palette.map((rgb) => [...rgb, 255]));
  listen(map);
  const place = String([data.centre, data.chosen]);
  if (map.place !== place && !(map.at && map.plane.matches(":hover"))) rest(map);
  map.place = place;
  redraw(map);
}

function listen(map) {
  const { root, data, plane } = map;
  root.style.setProperty("--side", `${data.side}px`);
  plane.setAttribute("aria-label", data.label);
  plane.onpointermove = (event) => move(map, pointed(map, event));
  plane.onpointerdown = plane.onpointerenter = (event) => arrive(map, pointed(map, event));
  plane.onpointerleave = (event) => event.pointerType === "touch" || rest(map);
  plane.onclick = (event) => {
    move(map, pointed(map, event));
    map.choose(map.at);
  };
  plane.onkeydown = (event) => press(map, event);
  const legend = root.querySelector(".legend");
  legend.hidden = !data.legend;
  const classes = legend.querySelector(".classes");
  if (!classes.childElementCount) classes.append(...data.colours.map((_, i) => toggle(map, i)));
}

function toggle(map, label) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.style.setProperty("--dot", map.data.colours[label]);
  button.setAttribute("aria-label", `Show the digits ${label} alone`);
  button.setAttribute("aria-pressed", "false");
  button.onclick = () => {
    map.alone = map.alone === label ? null : label;
    const buttons = [...button.parentElement.children];
    buttons.forEach((each, i) => each.setAttribute("aria-pressed", String(map.alone === i)));
    redraw(map);
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
  arrive(map, (chosen ?? centre).map((u) => clamp(u, extent)));
  map.isResting = !chosen;
}

// Move there at a bound, which leaves no trail.
function arrive(map, point) {
  map.trail = [];
  move(map, point);
}

function move(map, point) {
  map.isResting = false;
  map.at = point;
  map.trail = [...map.trail, point].slice(-TRAIL_POINTS);
  map.frame ??= requestAnimationFrame(() => {
    map.frame = undefined;
    draw(map);
  });
}

// Draw what stays while the pointer moves, then the rest.
function redraw(map) {
  if (!grey) return;
  const { data, plane } = map;
  const side = Math.round(data.side * Math.min(2, window.devicePixelRatio || 1));
  if (plane.height !== side) plane.width = plane.height = side;
  map.ground = canvas(side, side);
  map.shown = data.dots.filter(([, , label]) => map.alone === null || map.alone === label);
  const context = map.ground.getContext("2d");
  drawTiles(context, map);
  drawFog(context, map);
  const radius = Math.min(2.6, data.side / 110) * unit(map);
  for (const [u, v, label] of map.shown) circle(context, onPlane(map, [u, v]), radius, data.colours[label]);
  if (data.ring) outline(context, data.ring.map((point) => onPlane(map, point)), unit(map));
  if (data.legend) nameRegions(context, map);
  circle(context, onPlane(map, data.centre), 1.5 * unit(map), "#ffffff");
  write(context, "you", onPlane(map, data.centre), 14 * unit(map), "#ffffff", "bottom");
  draw(map);
}

function draw(map) {
  if (!map.ground) return;
  const { root, data, plane, at } = map;
  const context = plane.getContext("2d");
  context.drawImage(map.ground, 0, 0);
  drawTrail(context, map);
  if (!map.isResting) crosshair(context, onPlane(map, at), unit(map));
  const place = at.map((u, i) => (((i ? -u : u) / data.extent + 1) / 2) * (data.n - 1));
  paint(root.querySelector(".decoded").getContext("2d"), blend(place, data.n), map.colours);
  where(map).textContent = `${name(place, data)}\nat ${at.map((u) => u.toFixed(2)).join(", ")}`;
}

// Every so many tiles, as large as can be recognised.
function drawTiles(context, { data: { n, side: shownSide }, plane: { width }, colours }) {
  const pitch = width / (n - 1);
  const every = STRIDES.find((stride) => (stride * shownSide) / (n - 1) >= SMALLEST_TILE) ?? n - 1;
  const side = every * pitch;
  const one = canvas(TILE, TILE);
  for (let row = 0; row < n; row += every) {
    for (let column = 0; column < n; column += every) {
      paint(one.getContext("2d"), blend([column, row], n), colours);
      context.drawImage(one, column * pitch - side / 2, row * pitch - side / 2, side, side);
    }
  }
}

// The density of the dots shown: fog that is thinnest where most of them are.
function drawFog(context, { shown, data: { extent }, plane: { width } }) {
  const { cells, bandwidth, thick, thin } = FOG;
  const middles = Array.from({ length: cells }, (_, i) => ((2 * i + 1) / cells - 1) * extent);
  const density = new Float32Array(cells * cells);
  for (const [u, v] of shown) {
    const [across, down] = [u, -v].map((c) => middles.map((m) => Math.exp(-(((m - c) / bandwidth) ** 2) / 2)));
    for (let row = 0, i = 0; row < cells; row++)
      for (let column = 0; column < cells; column++) density[i++] += down[row] * across[column];
  }
  const most = density.reduce((a, b) => Math.max(a, b), Number.EPSILON);
  const alphas = Uint8Array.from(density, (d) => 255 * (thick - (thick - thin) * Math.sqrt(d / most)));
  const fog = canvas(cells, cells);
  paint(fog.getContext("2d"), alphas, packed(Array.from({ length: 256 }, (_, alpha) => [...FOG_COLOUR, alpha])));
  context.drawImage(fog, 0, 0, width, width);
}

// The last points visited, the older the fainter.
function drawTrail(context, map) {
  context.lineWidth = 1.5 * unit(map);
  const points = map.trail.map((point) => onPlane(map, point));
  for (let i = 1; i < points.length; i++) {
    context.strokeStyle = `rgb(255 255 255 / ${0.8 * (1 - (points.length - i) / TRAIL_POINTS)})`;
    context.beginPath();
    context.moveTo(...points[i - 1]);
    context.lineTo(...points[i]);
    context.stroke();
  }
}

// Each class's number in the middle of its dots.
function nameRegions(context, map) {
  map.data.colours.forEach((colour, name) => {
    const dots = map.shown.filter(([, , label]) => label === name);
    if (!dots.length) return;
    const middle = [0, 1].map((axis) => dots.map((dot) => dot[axis]).sort((a, b) => a - b)[dots.length >> 1]);
    write(context, String(name), onPlane(map, middle), 22 * unit(map), colour, "middle");
  });
}

function write(context, words, [x, y], size, colour, baseline) {
  Object.assign(context, { font: `700 ${size}px sans-serif`, textAlign: "center", textBaseline: baseline });
  Object.assign(context, { lineWidth: size / 4, lineJoin: "round", strokeStyle: "#14131a", fillStyle: colour });
  const above = baseline === "bottom" ? y - size / 3 : y;
  context.strokeText(words, x, above);
  context.fillText(words, x, above);
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

// The four of n by n tiles around a place, in tiles from the top left, each with its weight by nearness.
function around([x, y], n) {
  const [column, row] = [x, y].map((value) => Math.min(Math.floor(value), n - 2));
  const [right, down] = [x - column, y - row];
  return [
    [row, column, (1 - down) * (1 - right)],
    [row, column + 1, (1 - down) * right],
    [row + 1, column, down * (1 - right)],
    [row + 1, column + 1, down * right],
  ];
}

// The grey values at a place.
function blend(place, n) {
  const mixed = new Float32Array(TILE * TILE);
  for (const [row, column, weight] of around(place, n)) {
    const corner = (row * n * TILE + column) * TILE;
    for (let i = 0; i < mixed.length; i++) {
      mixed[i] += weight * grey[corner + Math.floor(i / TILE) * n * TILE + (i % TILE)];
    }
  }
  return Uint8Array.from(mixed, Math.round);
}

// What the picture at a place looks like: the name that enough of the blend has, or that it is unclear.
function name(place, { n, tiles }) {
  const shares = new Map();
  for (const [row, column, weight] of around(place, n)) {
    const label = tiles.labels[row * n + column];
    shares.set(label, (shares.get(label) ?? 0) + weight);
  }
  const [most, share] = [...shares].reduce((a, b) => (b[1] > a[1] ? b : a));
  return tiles.names[share >= tiles.clear ? most : tiles.unclear];
}

function canvas(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

// Colours of four bytes each, red first, as pixels of one number each.
function packed(colours) {
  return new Uint32Array(Uint8Array.from(colours.flat()).buffer);
}

// Values from 0 to 255 as pixels in 256 packed colours.
function paint(context, values, colours) {
  const pixels = context.createImageData(context.canvas.width, context.canvas.height);
  new Uint32Array(pixels.data.buffer).set(Uint32Array.from(values, (value) => colours[value]));
  context.putImageData(pixels, 0, 0);
}

function unit({ plane, data }) {
  return plane.width / data.side;
}

function onPlane({ plane, data: { extent } }, [u, v]) {
  return [u / extent + 1, 1 - v / extent].map((share) => (share * plane.width) / 2);
}

function pointed({ plane, data: { extent } }, event) {
  const box = plane.getBoundingClientRect();
  const u = ((event.clientX - box.left) / box.width) * 2 - 1;
  const v = 1 - ((event.clientY - box.top) / box.height) * 2;
  return [u, v].map((share) => clamp(share * extent, extent));
}

function clamp(value, extent) {
  return Math.max(-extent, Math.min(extent, value));
}
