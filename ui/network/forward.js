// Encoder and decoder, run in a thread of their own so that the page stays smooth. Maps are { side, depth, values }:
// row by row, the depth innermost; a vector is a map of side 1.

const [LOWEST_LOGVAR, HIGHEST_LOGVAR] = [-14, 4];
let network; // the layers of encoder and decoder
let q; // the posterior of the image that was seen last: mean and std
let seen; // what the encoder's layers made of it

// { url } loads the network. { image, code } encodes the image, where there is one, and decodes a code; what comes
// back is the posterior, the code, the picture, and what each layer made.
onmessage = async ({ data: { url, image, code } }) => {
  try {
    if (url) network = await load(url);
    if (image) encode(image);
    postMessage(code ? decode(code) : {});
  } catch (error) {
    postMessage({ problem: String(error) });
  }
};

async function load(url) {
  const answer = await fetch(url, { cache: "force-cache" }); // another file has another address
  if (!answer.ok) throw new Error(answer.statusText);
  const unpacked = answer.body.pipeThrough(new DecompressionStream("gzip"));
  const file = await new Response(unpacked).arrayBuffer();
  const start = 8 + new DataView(file).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, start - 8)));
  const floats = new Float32Array(1 << 16).map((_, bits) => float(bits));
  const tensor = (name) => {
    const { shape, data_offsets: [from, to] } = header[name];
    const halves = new Uint16Array(file, start + from, (to - from) / 2);
    return { shape, values: new Float32Array(halves).map((bits) => floats[bits]) };
  };
  const ready = (layer) => {
    if (layer.body) return { ...layer, body: layer.body.map(ready) };
    if (!layer.name) return layer;
    return { ...layer, weight: tensor(`${layer.name}.weight`), bias: tensor(`${layer.name}.bias`).values };
  };
  const layers = Object.entries(JSON.parse(header.__metadata__.layers));
  return Object.fromEntries(layers.map(([name, list]) => [name, list.map(ready)]));
}

// The number that 16 bits stand for in half precision.
function float(bits) {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size = exponent ? 2 ** (exponent - 25) * (1024 + fraction) : 2 ** -24 * fraction;
  return bits >> 15 ? -size : size;
}

function encode(image) {
  const side = Math.sqrt(image.length);
  const values = new Float32Array(2 * image.length).fill(1); // every pixel is known
  image.forEach((ink, i) => (values[2 * i] = ink));
  seen = run(network.encoder, { side, depth: 2, values });
  const answer = seen.at(-1).values;
  const K = answer.length / 2;
  const std = answer.subarray(K).map((logvar) => Math.exp(clamp(logvar, LOWEST_LOGVAR, HIGHEST_LOGVAR) / 2));
  q = { mean: answer.slice(0, K), std };
}

// z = mean + scale * std * noise, but where a number was moved by hand; the decoder is told the first `kept` alone.
function decode({ noise, scale, moved, kept }) {
  const z = q.mean.map((mean, i) => moved[i] ?? mean + scale * q.std[i] * noise[i]);
  const input = new Float32Array(2 * z.length);
  for (let i = 0; i < kept; i++) [input[i], input[z.length + i]] = [z[i], 1];
  const made = run(network.decoder, { side: 1, depth: input.length, values: input });
  const picture = made.at(-1).values.map((logit) => 1 / (1 + Math.exp(-logit)));
  return { ...q, z, picture, layers: { encoder: seen, decoder: made } };
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

function convolution({ weight: { shape, values: weights }, bias, stride, padding }, maps) {
  const [depth, size] = shape;
  const side = (maps.side + 2 * padding - size) / stride + 1;
  const seesAsItIs = size === 1 || (size === maps.side && !padding);
  const columns = seesAsItIs ? maps.values : patches(maps, size, stride, padding, side);
  const values =
    depth > 1
      ? products(columns, weights, bias, side * side)
      : products(weights, columns, new Float32Array(side * side).fill(bias[0]), 1);
  return { side, depth, values };
}

// What each output sees, one after the other: (side * side, size * size * depth).
function patches(maps, size, stride, padding, side) {
  const row = size * maps.depth;
  const found = new Float32Array(side * side * size * row);
  let to = 0;
  for (let y = -padding; y < side * stride - padding; y += stride) {
    for (let x = -padding; x < side * stride - padding; x += stride) {
      const [from, end] = [Math.max(x, 0), Math.min(x + size, maps.side)];
      for (let line = y; line < y + size; line++, to += row) {
        if (line < 0 || line >= maps.side) continue;
        const start = line * maps.side;
        const inside = maps.values.subarray((start + from) * maps.depth, (start + end) * maps.depth);
        found.set(inside, to + (from - x) * maps.depth);
      }
    }
  }
  return found;
}

// Each of n rows of x times each row of w, plus that row's bias: (n, bias.length), a multiple of four. Two rows of
// x meet four of w at once, so that a number that was fetched is used more than once; this loop takes nearly all
// of the time.
function products(x, w, bias, n) {
  const depth = bias.length;
  const length = w.length / depth;
  const y = new Float32Array(n * depth);
  for (let o = 0; o < depth; o += 4) {
    const w0 = o * length;
    const w1 = w0 + length;
    const w2 = w1 + length;
    const w3 = w2 + length;
    for (let r = 0; r < n; r += 2) {
      const other = Math.min(r + 1, n - 1);
      const x0 = r * length;
      const x1 = other * length;
      let a0 = bias[o];
      let a1 = bias[o + 1];
      let a2 = bias[o + 2];
      let a3 = bias[o + 3];
      let b0 = a0;
      let b1 = a1;
      let b2 = a2;
      let b3 = a3;
      for (let i = 0; i < length; i++) {
        const u = x[x0 + i];
        const v = x[x1 + i];
        const c0 = w[w0 + i];
        const c1 = w[w1 + i];
        const c2 = w[w2 + i];
        const c3 = w[w3 + i];
        a0 += u * c0;
        a1 += u * c1;
        a2 += u * c2;
        a3 += u * c3;
        b0 += v * c0;
        b1 += v * c1;
        b2 += v * c2;
        b3 += v * c3;
      }
      y.set([b0, b1, b2, b3], other * depth + o);
      y.set([a0, a1, a2, a3], r * depth + o);
    }
  }
  return y;
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
