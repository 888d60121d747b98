// Encoder and decoder, run in a thread of their own so that the page stays smooth. Maps are { side, depth, values }:
// row by row, the depth innermost; a vector is a map of side 1.

const [LOWEST_LOGVAR, HIGHEST_LOGVAR] = [-14, 4];
let network; // the layers of encoder and decoder
let q; // the posterior of the image that was seen last: mean and std

// { url } loads the network. { image, code } encodes the image, where there is one, and decodes a code; what comes
// back is the posterior, the code, the picture, and what each layer made that had to work.
onmessage = async ({ data: { url, image, code } }) => {
  try {
    if (url) network = await load(url);
    const layers = {};
    if (image) layers.encoder = encode(image);
    postMessage(code ? decode(code, layers) : {});
  } catch (error) {
    postMessage({ problem: String(error) });
  }
};

function encode(image) {
  const side = Math.sqrt(image.length);
  const values = new Float32Array(2 * image.length).fill(1); // every pixel is known
  image.forEach((ink, i) => (values[2 * i] = ink));
  const made = run(network.encoder, { side, depth: 2, values });
  const answer = made.at(-1).values;
  const K = answer.length / 2;
  const std = answer.subarray(K).map((logvar) => Math.exp(clamp(logvar, LOWEST_LOGVAR, HIGHEST_LOGVAR) / 2));
  q = { mean: answer.slice(0, K), std };
  return made;
}

// z = mean + scale * std * noise, but where a number was moved by hand; the decoder is told the first `kept` alone.
function decode({ noise, scale, moved, kept }, layers) {
  const z = q.mean.map((mean, i) => moved[i] ?? mean + scale * q.std[i] * noise[i]);
  const input = new Float32Array(2 * z.length);
  for (let i = 0; i < kept; i++) [input[i], input[z.length + i]] = [z[i], 1];
  const made = run(network.decoder, { side: 1, depth: input.length, values: input });
  const picture = made.at(-1).values.map((logit) => 1 / (1 + Math.exp(-logit)));
  return { ...q, z, picture, layers: { ...layers, decoder: made } };
}

// What each layer makes of the maps of the one before it, activations left out.
function run(layers, maps) {
  const made = [];
  for (const layer of layers) {
    maps = apply(layer, maps);
    if (layer.kind !== "silu") made.push(maps);
  }
  return made;
}

function apply(layer, maps) {
  switch (layer.kind) {
    case "convolution":
      return convolution(layer, maps);
    case "silu":
      return { ...maps, values: maps.values.map((x) => x / (1 + Math.exp(-x))) };
    case "residual": {
      const { values } = layer.body.reduce((inner, each) => apply(each, inner), maps);
      return { ...maps, values: values.map((x, i) => x + maps.values[i]) };
    }
    case "sequence":
      return layer.body.reduce((inner, each) => apply(each, inner), maps);
    case "unflatten":
      return unflatten(layer, maps);
    case "shuffle":
      return shuffle(layer, maps);
  }
}

function convolution({ size, stride, padding, depth, length, at, biasAt }, maps) {
  const side = (maps.side + 2 * padding - size) / stride + 1;
  const n = side * side;
  const [rows, columns] = [upTo(ROWS, n), upTo(4, depth)];
  const x = numbers.subarray(0, rows * length);
  if (size === 1 || (size === maps.side && !padding)) x.set(maps.values);
  else cutOut(x, maps, size, stride, padding, side);
  products(0, 4 * at, 4 * biasAt, 4 * WORKSPACE, rows, columns, length);
  const y = numbers.subarray(WORKSPACE, WORKSPACE + n * columns);
  return { side, depth, values: columns === depth ? y.slice() : y.filter((_, i) => i % columns < depth) };
}

// Write into x what each output sees, one after the other: (side * side, size * size * depth).
function cutOut(x, maps, size, stride, padding, side) {
  let to = 0;
  x.fill(0);
  for (let top = -padding; top < side * stride - padding; top += stride) {
    for (let left = -padding; left < side * stride - padding; left += stride) {
      const [from, end] = [Math.max(left, 0), Math.min(left + size, maps.side)];
      for (let line = top; line < top + size; line++, to += size * maps.depth) {
        if (line < 0 || line >= maps.side) continue;
        const start = line * maps.side;
        const inside = maps.values.subarray((start + from) * maps.depth, (start + end) * maps.depth);
        x.set(inside, to + (from - left) * maps.depth);
      }
    }
  }
}

// A vector, channel by channel, as maps.
function unflatten({ side }, { values }) {
  const [area, depth] = [side * side, values.length / (side * side)];
  return { side, depth, values: values.map((_, i) => values[(i % depth) * area + Math.floor(i / depth)]) };
}

// Every so many channels side by side, as pixels of maps that much finer.
function shuffle({ factor }, maps) {
  const [side, depth] = [maps.side * factor, maps.depth / factor ** 2];
  const values = maps.values.map((_, i) => {
    const [x, y] = [Math.floor(i / depth) % side, Math.floor(i / depth / side)];
    const channel = ((i % depth) * factor + (y % factor)) * factor + (x % factor);
    const pixel = Math.floor(y / factor) * maps.side + Math.floor(x / factor);
    return maps.values[pixel * maps.depth + channel];
  });
  return { side, depth, values };
}

function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}
