// The file of the weights, unpacked into the memory on which `products` works.

const WORKSPACE = 1 << 18; // numbers: more than any layer sees, and more than any layer makes
let numbers; // the memory: what a layer sees, what it makes, then all weights
let products;

// The layers of encoder and decoder, each with the places of its weights.
async function load(url) {
  const answer = await fetch(url, { cache: "force-cache" }); // another file has another address
  if (!answer.ok) throw new Error(answer.statusText);
  const unpacked = answer.body.pipeThrough(new DecompressionStream("gzip"));
  const { tensors, layers, size } = read(await new Response(unpacked).arrayBuffer());
  const memory = new WebAssembly.Memory({ initial: Math.ceil((4 * (2 * WORKSPACE + size)) / 65536) });
  numbers = new Float32Array(memory.buffer);
  products = await kernel(memory);
  let end = 2 * WORKSPACE;
  const placed = (layer) => {
    if (layer.body) return { ...layer, body: layer.body.map(placed) };
    if (layer.kind !== "convolution") return layer;
    const { shape, values } = tensors[`${layer.name}.weight`];
    const [depth, size] = shape;
    const length = values.length / depth;
    const [at, biasAt] = [end, end + length * upTo(4, depth)];
    place(values, length, numbers.subarray(at, biasAt));
    numbers.set(tensors[`${layer.name}.bias`].values, biasAt);
    end = biasAt + upTo(4, depth);
    return { ...layer, size, depth, length, at, biasAt };
  };
  return Object.fromEntries(Object.entries(layers).map(([part, list]) => [part, list.map(placed)]));
}

// A safetensors file in half precision: its tensors, the layers that its metadata list, and room enough for both.
function read(file) {
  const start = 8 + new DataView(file).getUint32(0, true);
  const { __metadata__, ...header } = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, start - 8)));
  const floats = new Float32Array(1 << 16).map((_, bits) => float(bits));
  const tensors = Object.entries(header).map(([name, { shape, data_offsets: [from, to] }]) => {
    const halves = new Uint16Array(file, start + from, (to - from) / 2);
    return [name, { shape, values: new Float32Array(halves).map((bits) => floats[bits]) }];
  });
  const size = tensors.reduce((sum, [, { shape, values }]) => sum + (values.length / shape[0]) * upTo(4, shape[0]), 0);
  return { tensors: Object.fromEntries(tensors), layers: JSON.parse(__metadata__.network).layers, size };
}

// The number that 16 bits stand for in half precision.
function float(bits) {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size = exponent ? 2 ** (exponent - 25) * (1024 + fraction) : 2 ** -24 * fraction;
  return bits >> 15 ? -size : size;
}

// Write weights (depth, length) as `products` wants them: (depth / 4, length, 4).
function place(weights, length, where) {
  for (let i = 0; i < weights.length; i++) {
    const column = Math.floor(i / length);
    where[(column - (column % 4)) * length + 4 * (i % length) + (column % 4)] = weights[i];
  }
}

function upTo(multiple, n) {
  return Math.ceil(n / multiple) * multiple;
}
