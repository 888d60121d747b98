// The maps that each layer makes of this digit: those that vary most, as bright as the next layer finds them.

const N_MAPS = 14; // of a layer that are shown
const DIMMEST = 0.3; // of the brightest map in the layer, by which a dimmer one is scaled

function buildMaps(view) {
  for (const layer of view.root.querySelectorAll(".layer")) layer.replaceChildren();
}

function showMaps(view, { layers }) {
  for (const layer of view.root.querySelectorAll(".layer")) {
    const { net, side, at } = layer.dataset;
    const maps = layers[net].filter((each) => each.side === Number(side)).at(at);
    const bright = { ...maps, values: maps.values.map((x) => Math.max(x / (1 + Math.exp(-x)), 0)) };
    if (!layer.childElementCount) choose(layer, bright);
    if (bright.side === 1) showVector(layer, bright, view.colours);
    else showChosen(layer, bright, view.colours);
  }
}

function choose(layer, { side, depth, values }) {
  const spread = new Float32Array(depth);
  const mean = new Float32Array(depth);
  values.forEach((x, i) => (mean[i % depth] += x / side ** 2));
  values.forEach((x, i) => (spread[i % depth] += (x - mean[i % depth]) ** 2));
  layer.chosen = [...spread.keys()].sort((a, b) => spread[b] - spread[a]).slice(0, N_MAPS);
  const [count, width, height] = side === 1 ? [1, 8, depth / 8] : [layer.chosen.length, side, side];
  const canvases = Array.from({ length: count }, (_, i) => {
    const label = `${layer.dataset.title} (${i + 1} of ${count} shown)`;
    return Object.assign(document.createElement("canvas"), { width, height, role: "img", ariaLabel: label });
  });
  layer.replaceChildren(...canvases);
}

function showVector(layer, { values }, colours) {
  const most = values.reduce((a, b) => Math.max(a, b), Number.EPSILON);
  paint(layer.firstChild.getContext("2d"), values.map((x) => (255 * x) / most), colours);
}

function showChosen(layer, { depth, values }, colours) {
  const most = values.reduce((a, b) => Math.max(a, b), Number.EPSILON);
  layer.chosen.forEach((channel, i) => {
    const own = values.filter((_, j) => j % depth === channel);
    const brightest = own.reduce((a, b) => Math.max(a, b), DIMMEST * most);
    paint(layer.children[i].getContext("2d"), own.map((x) => (255 * x) / brightest), colours);
  });
}
