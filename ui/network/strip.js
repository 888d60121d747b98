// The network in one line, following a pen on the board beside it: what is drawn is encoded and decoded here, before
// the server has it. What the server then makes of the drawing takes its place.

const PAPER = "canvas.upper-canvas"; // of the board, in a shadow root
const views = new Map();

export default function ({ data, parentElement }) {
  const view = views.get(parentElement) ?? { root: parentElement.querySelector(".network"), fresh: [] };
  views.set(parentElement, view);
  view.data = data;
  view.colours = packed(data.palette.map((rgb) => [...rgb, 255]));
  view.code = { noise: new Float32Array(data.latentDim), scale: 1, moved: {}, kept: data.latentDim };
  view.root.ariaLabel = `${data.name}, encoded into ${data.latentDim} numbers and decoded again`;
  const digit = data.digit.join();
  if (view.shown !== digit) {
    view.fresh = view.paper ? view.fresh.slice(-1) : [];
    view.image = Float32Array.from(data.digit);
  }
  view.shown = digit;
  view.listening ??= listen(view);
  wake(data.weights);
  if (view.answer) show(view, view.answer);
  think(view);
  return () => {
    view.listening.abort();
    views.delete(parentElement);
  };
}

// Follow the pen; returns what ends it.
function listen(view) {
  const end = new AbortController();
  const on = (kind, then) => addEventListener(kind, then, { capture: true, signal: end.signal });
  on("pointerdown", (event) => {
    const [paper] = event.composedPath();
    if (event.button || !paper.matches?.(PAPER) || !event.target.closest(`.st-key-${view.data.board}`)) return;
    view.paper = paper;
    view.fresh = [...view.fresh, []];
    draw(view, event);
  });
  on("pointermove", (event) => view.paper && draw(view, event));
  for (const kind of ["pointerup", "pointercancel"]) on(kind, () => (view.paper = undefined));
  return end;
}

function draw(view, event) {
  const box = view.paper.getBoundingClientRect();
  const place = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  view.fresh.at(-1).push(place.map((share) => SIDE * share));
  view.image = frame(null, [...view.data.strokes, ...view.fresh]);
  think(view);
}

function show(view, answer) {
  const find = (name) => view.root.querySelector(name).getContext("2d");
  paint(find(".framed"), view.image.map((ink) => 255 * ink), view.colours);
  paint(find(".picture"), answer.picture.map((ink) => 255 * ink), view.colours);
  showMaps(view, answer);
  showBars(view, answer);
}

function complain({ root }) {
  root.parentElement.hidden = true;
}
