// The plane of the first two numbers: the prior as a glow, real digits as dots, the visitor's as a ring and a trail.

const TRAIL = 40;
const NIGHT = [20, 19, 26];

function buildPlane(view) {
  const plane = view.root.querySelector(".map");
  view.trail = [];
  plane.onpointerdown = (event) => plane.setPointerCapture(event.pointerId);
  plane.onpointermove = (event) => {
    if (!plane.hasPointerCapture(event.pointerId)) return;
    const box = plane.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    const { extent } = view.data.map;
    move(view, { 0: clamp(2 * x - 1, -1, 1) * extent, 1: clamp(1 - 2 * y, -1, 1) * extent });
  };
}

function drawGround(view) {
  const plane = view.root.querySelector(".map");
  const side = Math.round(plane.clientWidth * Math.min(2, devicePixelRatio || 1));
  if (plane.width !== side) plane.width = plane.height = side;
  const { dots, colours, glow } = view.data.map;
  const n = Math.sqrt(glow.length);
  const light = sheet(n);
  paint(light, glow, packed(Array.from({ length: 256 }, (_, i) => night(view.data.palette[Math.round(i * 0.75)], i))));
  view.ground = sheet(side).canvas;
  const context = view.ground.getContext("2d");
  context.imageSmoothingEnabled = true;
  context.drawImage(light.canvas, 0, 0, side, side);
  for (const [x, y, label] of dots) {
    context.fillStyle = colours[label];
    context.beginPath();
    context.arc(...onPlane(view, [x, y], side), side / 110, 0, 2 * Math.PI);
    context.fill();
  }
  Object.assign(context, { font: `600 ${side / 14}px sans-serif`, textAlign: "center", textBaseline: "middle" });
  Object.assign(context, { lineWidth: side / 40, lineJoin: "round", strokeStyle: `rgb(${NIGHT})` });
  colours.forEach((colour, label) => {
    const own = dots.filter((dot) => dot[2] === label);
    const middle = [0, 1].map((axis) => own.map((dot) => dot[axis]).sort((a, b) => a - b)[own.length >> 1]);
    const place = onPlane(view, middle, side);
    context.fillStyle = colour;
    context.strokeText(label, ...place);
    context.fillText(label, ...place);
  });
}

// A colour of the palette in the light of the glow, from 0 to 255.
function night(rgb, light) {
  return [...rgb.map((value, c) => NIGHT[c] + ((value - NIGHT[c]) * light) / 255), 255];
}

function showPlane(view, { mean, std, z }) {
  if (!view.ground) drawGround(view);
  const context = view.root.querySelector(".map").getContext("2d");
  const side = context.canvas.width;
  const unit = side / context.canvas.clientWidth;
  view.trail = [...view.trail, onPlane(view, z, side)].slice(-TRAIL);
  Object.assign(context, { strokeStyle: "#ffffff", fillStyle: "#ffffff", lineWidth: 1.5 * unit });
  context.shadowColor = "transparent"; // a shadow for each part of the trail would take longer than the network
  context.drawImage(view.ground, 0, 0);
  for (let i = 1; i < view.trail.length; i++) {
    context.globalAlpha = 0.8 * (i / TRAIL);
    context.beginPath();
    context.moveTo(...view.trail[i - 1]);
    context.lineTo(...view.trail[i]);
    context.stroke();
  }
  Object.assign(context, { globalAlpha: 1, shadowColor: "#000000", shadowBlur: 3 * unit });
  const radii = [0, 1].map((i) => Math.max((std[i] * side) / view.data.map.extent, 6 * unit));
  context.beginPath();
  context.ellipse(...onPlane(view, mean, side), ...radii, 0, 0, 2 * Math.PI);
  context.stroke();
  context.beginPath();
  context.arc(...onPlane(view, z, side), 3 * unit, 0, 2 * Math.PI);
  context.fill();
}

function onPlane({ data }, [x, y], side) {
  return [1 + x / data.map.extent, 1 - y / data.map.extent].map((share) => (share * side) / 2);
}
