// The visitor's digit on its way through the network, from the pen to the picture, all of it in the browser: nothing
// is asked of the server or reported to it.

const views = new Map();

export default function ({ data, parentElement }) {
  const view = views.get(parentElement) ?? { code: { scale: 1, moved: {} } };
  const isNew = !views.has(parentElement);
  views.set(parentElement, view);
  view.data = data;
  view.colours = packed(data.palette.map((rgb) => [...rgb, 255]));
  view.ground = undefined;
  wake(data.weights);
  if (isNew) build(view, parentElement.querySelector(".network"));
  const digit = data.digit.join();
  if (view.shown !== digit) restart(view, data.digit);
  else drawBoard(view);
  view.shown = digit;
  if (view.answer) show(view, view.answer);
  think(view);
  return () => {
    view.sizes.disconnect();
    clearInterval(view.clock);
    views.delete(parentElement);
  };
}

function build(view, root) {
  view.root = root;
  view.stages = [...root.querySelectorAll(".stage")];
  for (const stage of view.stages) buildStage(view, stage);
  view.code.kept = view.data.latentDim;
  buildBoard(view);
  buildBars(view);
  buildPlane(view);
  buildMaps(view);
  buildControls(view);
  buildPlayer(view);
  view.sizes = new ResizeObserver(() => {
    view.ground = undefined;
    root.querySelectorAll(".layer").forEach(makeRoom);
    if (!view.answer) return;
    show(view, view.answer);
    drawLinks(view);
  });
  view.sizes.observe(root);
}

function buildStage(view, stage) {
  const { title, words } = stage.dataset;
  Object.assign(stage, { tabIndex: 0, role: "group", ariaLabel: `${title}. ${words}` });
  stage.classList.add("asleep");
  for (const kind of ["pointerenter", "focusin", "click"]) stage.addEventListener(kind, () => tell(view, title, words));
  for (const kind of ["pointerleave", "focusout"]) {
    stage.addEventListener(kind, () => {
      const { dataset } = view.stages[view.step ?? 0];
      tell(view, dataset.title, dataset.words);
    });
  }
}

function tell({ root }, title, words) {
  const [name, sentence] = root.querySelector(".caption").children;
  [name.textContent, sentence.textContent] = [title, words];
}

function buildControls(view) {
  const find = (name) => view.root.querySelector(`.${name}`);
  const { code } = view;
  find("kept").max = find("kept").value = view.data.latentDim;
  find("scale").oninput = find("kept").oninput = () => {
    [code.scale, code.kept] = [Number(find("scale").value), Number(find("kept").value)];
    find("of-scale").textContent = code.scale.toFixed(2);
    find("of-kept").textContent = `${code.kept} of ${view.data.latentDim}`;
    think(view);
  };
  find("scale").oninput();
  find("resample").onclick = () => {
    Object.assign(code, { noise: draw(view.data.latentDim), moved: {} });
    think(view);
  };
}

// Put some numbers of the code where the visitor wants them.
function move(view, numbers) {
  interrupt(view);
  Object.assign(view.code.moved, numbers);
  think(view);
}

function show(view, answer) {
  const picture = view.root.querySelector(".picture").getContext("2d");
  paint(picture, answer.picture.map((ink) => 255 * ink), view.colours);
  showMaps(view, answer);
  showBars(view, answer);
  say(view, answer);
  showPlane(view, answer);
  if (!view.hasArrived) arrive(view);
}

function complain(view) {
  tell(view, "Something is missing", "The network could not be loaded. Reload the page to try again.");
}
