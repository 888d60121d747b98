// The board: the visitor's digit, to be drawn over.

function buildBoard(view) {
  const board = view.root.querySelector(".board");
  board.ariaLabel = `A board with ${view.data.name}, to be drawn over`;
  const point = (event) => {
    const box = board.getBoundingClientRect();
    return [(SIDE * (event.clientX - box.left)) / box.width, (SIDE * (event.clientY - box.top)) / box.height];
  };
  board.onpointerdown = (event) => {
    if (event.button) return;
    board.setPointerCapture(event.pointerId);
    interrupt(view);
    view.strokes = [...view.strokes, [point(event)]];
    redraw(view);
  };
  board.onpointermove = (event) => {
    if (!board.hasPointerCapture(event.pointerId)) return;
    const since = event.getCoalescedEvents?.() ?? [];
    view.strokes.at(-1).push(...(since.length ? since : [event]).map(point));
    redraw(view);
  };
  view.root.querySelector(".clear").onclick = () => restart(view, null);
  view.root.querySelector(".back").onclick = () => restart(view, view.data.digit);
}

// Begin with a digit, or with an empty board.
function restart(view, digit) {
  view.digit = digit && Float32Array.from(digit);
  view.strokes = [];
  redraw(view);
}

function redraw(view) {
  view.image = frame(view.digit, view.strokes);
  view.code.moved = {};
  drawBoard(view);
  think(view);
}

function drawBoard({ root, digit, strokes, image, colours, data }) {
  const context = root.querySelector(".board").getContext("2d");
  const scale = 10 * Math.min(2, devicePixelRatio || 1);
  context.canvas.width = context.canvas.height = SIDE * scale;
  context.imageSmoothingEnabled = false;
  const below = sheet(SIDE);
  paint(below, (digit ?? new Float32Array(SIDE * SIDE)).map((ink) => 255 * ink), colours);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.drawImage(below.canvas, 0, 0);
  context.strokeStyle = `rgb(${data.palette.at(-1)})`;
  stroke(context, strokes, PEN);
  paint(root.querySelector(".framed").getContext("2d"), image.map((ink) => 255 * ink), colours);
}
