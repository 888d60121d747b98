// Ink framed as `vae.frame_strokes` frames it: its longer side 20 pixels, its centre of mass on pixel (14, 14),
// the pen as thick as most of MNIST's.

const SIDE = 28;
const INNER = 20;
const PEN = 2.4; // pixels of the framed picture
const FINE = 8; // pixels that stand for one of the framed picture while the ink is drawn
const FAINTEST = 0.1; // ink below this does not count when it is cropped
const SHORTEST = 2; // what a stroke that has only begun is taken to be long, or it would fill the picture

// The picture, 28 * 28 numbers in [0, 1], of a digit that is framed already, or null, and of strokes drawn over it:
// lists of points [x, y] in its pixels.
function frame(digit, strokes) {
  if (!strokes.length) return digit ?? new Float32Array(SIDE * SIDE);
  const points = [...strokes.flat(), ...(digit ? middles(digit) : [])];
  const [left, top, right, bottom] = [...least(points), ...least(points.map(([x, y]) => [-x, -y])).map((c) => -c)];
  const unit = (INNER - PEN) / Math.max(right - left, bottom - top, SHORTEST);
  const context = sheet(INNER * FINE);
  context.setTransform(FINE * unit, 0, 0, FINE * unit, FINE * (PEN / 2 - unit * left), FINE * (PEN / 2 - unit * top));
  if (digit) context.drawImage(pictured(digit), 0, 0);
  stroke(context, strokes, PEN / unit);
  const size = [right - left, bottom - top].map((extent) => unit * extent + PEN);
  return placed(averaged(context), size);
}

// Where a pen would have to go to leave the ink of a framed digit.
function middles(digit) {
  const inked = [...digit.keys()].filter((i) => digit[i] > FAINTEST).map((i) => [i % SIDE, Math.floor(i / SIDE)]);
  if (!inked.length) return [];
  const [left, top] = least(inked);
  const [right, bottom] = least(inked.map(([x, y]) => [-x, -y])).map((c) => 1 - c);
  return [[left + PEN / 2, top + PEN / 2], [right - PEN / 2, bottom - PEN / 2]];
}

function least(points) {
  return [0, 1].map((axis) => points.reduce((low, point) => Math.min(low, point[axis]), Infinity));
}

function stroke(context, strokes, width) {
  Object.assign(context, { lineWidth: width, lineCap: "round", lineJoin: "round" });
  context.beginPath();
  for (const points of strokes) {
    context.moveTo(...points[0]);
    for (const point of points) context.lineTo(...point);
  }
  context.stroke();
}

// The ink on a sheet, area-averaged: INNER * INNER numbers in [0, 1].
function averaged(context) {
  const width = INNER * FINE;
  const { data } = context.getImageData(0, 0, width, width);
  const mean = new Float32Array(INNER * INNER);
  for (let i = 0; i < width * width; i++) {
    const [x, y] = [Math.floor((i % width) / FINE), Math.floor(i / width / FINE)];
    mean[y * INNER + x] += data[4 * i + 3] / (255 * FINE * FINE);
  }
  return mean;
}

// Ink of some size put where its centre of mass comes nearest to the middle, without leaving the picture.
function placed(ink, size) {
  const total = ink.reduce((sum, value) => sum + value, 0);
  const strongest = ink.reduce((most, value) => Math.max(most, value), 0);
  const margins = size.map((extent, axis) => {
    const along = (i) => (axis ? Math.floor(i / INNER) : i % INNER) + 0.5;
    const centre = ink.reduce((sum, value, i) => sum + value * along(i), 0) / total;
    return clamp(Math.round(SIDE / 2 + 0.5 - centre), 0, SIDE - Math.ceil(extent - 1e-6));
  });
  const picture = new Float32Array(SIDE * SIDE);
  ink.forEach((value, i) => {
    const [x, y] = [(i % INNER) + margins[0], Math.floor(i / INNER) + margins[1]];
    if (value) picture[y * SIDE + x] = value / strongest;
  });
  return picture;
}

// A framed digit as a canvas whose opacity is its ink.
function pictured(digit) {
  const context = sheet(SIDE);
  paint(context, digit.map((ink) => 255 * ink), OPACITIES);
  return context.canvas;
}

function sheet(side) {
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingEnabled = false;
  return context;
}
