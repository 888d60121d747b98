// The maps that each layer makes of this digit: those that vary most, as bright as the next layer finds them.

const N_MAPS = 14; // of a layer, where there is room
const DIMMEST = 0.3; // of the brightest map in its layer, beyond which a dim map is not lit up

function buildMaps({ root }) {
  for (const layer of root.querySelectorAll(".layer")) layer.replaceChildren();
}

function showMaps({ root, colours }, { layers }) {
  for (const layer of root.querySelectorAll(".layer")) {
    const { net, side, at } = layer.dataset;
    if (!layers[net]) continue;
    const maps = layers[net].filter((each) => each.side === Number(side)).at(at);
    if (!layer.childElementCount) choose(layer, maps);
    const shown = layer.channels.slice(0, layer.room).map((channel) => activation(maps, channel));
    const peaks = shown.map((values) => values.reduce((a, b) => Math.max(a, b)));
    const least = Math.max(DIMMEST * Math.max(...peaks), Number.EPSILON);
    shown.forEach((values, i) => {
      const light = 255 / Math.max(peaks[i], least);
      paint(layer.children[i].getContext("2d"), values.map((x) => light * x), colours);
    });
  }
}

// Choose what is shown of a layer: some maps, or all numbers of a vector in rows of eight.
function choose(layer, maps) {
  const { side, depth } = maps;
  const all = Array.from({ length: depth }, (_, channel) => channel);
  const spread = all.map((channel) => variance(activation(maps, channel)));
  layer.channels = side > 1 ? all.sort((a, b) => spread[b] - spread[a]).slice(0, N_MAPS) : [undefined];
  const size = side > 1 ? { width: side, height: side } : { width: 8, height: depth / 8 };
  layer.replaceChildren(
    ...layer.channels.map((_, i) => {
      const ariaLabel = `${layer.dataset.title}, ${i + 1} of ${layer.channels.length} shown`;
      const said = layer.dataset.title ? { role: "img", ariaLabel } : { ariaHidden: "true" };
      return Object.assign(document.createElement("canvas"), { ...size, ...said });
    }),
  );
  makeRoom(layer);
}

// Find out how many maps of a layer can be seen: the others are not painted.
function makeRoom(layer) {
  layer.room = [...layer.children].filter((canvas) => canvas.clientWidth).length;
}

// One map after the activation, or all that a vector holds; what is below zero counts as dark.
function activation({ side, depth, values }, channel) {
  const [start, step] = channel === undefined ? [0, 1] : [channel, depth];
  const bright = new Float32Array(side > 1 ? side * side : depth);
  for (let i = 0; i < bright.length; i++) {
    const x = values[start + i * step];
    if (x > 0) bright[i] = x / (1 + Math.exp(-x));
  }
  return bright;
}

function variance(values) {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
}
