// The product of matrices that takes nearly all of the time, in WebAssembly, which works on four numbers at once:
// several times as fast as JavaScript, and short enough to be written down instruction by instruction.

const ROWS = 4; // of x that share each fetch of w

// Returns products(x, w, bias, y, n, depth, length), on addresses in a memory: y (n, depth) becomes x (n, length)
// times w (length, depth) plus bias (depth). n is a multiple of ROWS and depth of 4; of w, four columns lie together.
async function kernel(memory) {
  const { instance } = await WebAssembly.instantiate(Uint8Array.from(program()), { js: { memory } });
  return instance.exports.products;
}

function program() {
  const [X, W, BIAS, Y, N, DEPTH, LENGTH, ROWS_LEFT, COLUMNS_LEFT, TO, AT, END, ...ROW] = Array(12 + ROWS).keys();
  const [WEIGHTS, ...SUMS] = Array.from({ length: 1 + ROWS }, (_, i) => 12 + ROWS + i);

  const get = (local) => [0x20, local];
  const set = (local, value) => [value, 0x21, local];
  const constant = (n) => [0x41, n];
  const bytes = (local) => [get(local), constant(2), 0x74]; // four for each number
  const plus = (a, b) => [a, b, 0x6a];
  const advance = (local, by) => set(local, plus(get(local), by));
  const fewer = (local, by) => [get(local), constant(by), 0x6b, 0x22, local]; // and says how many
  const differs = (a, b) => [get(a), get(b), 0x47];
  const repeat = (body, condition) => [0x03, 0x40, body, condition, 0x0d, 0, 0x0b]; // while it is not zero
  const load = (address) => [get(address), 0xfd, 0x00, 2, 0];
  const loadToAll = (address) => [get(address), 0xfd, 0x09, 2, 0];
  const store = (address, value) => [get(address), get(value), 0xfd, 0x0b, 2, 0];
  const plusAll = (a, b) => [a, b, 0xfd, 0xe4, 0x01];
  const timesAll = (a, b) => [a, b, 0xfd, 0xe6, 0x01];

  const addUp = [
    set(WEIGHTS, load(AT)),
    SUMS.map((sum, i) => set(sum, plusAll(get(sum), timesAll(get(WEIGHTS), loadToAll(ROW[i]))))),
    advance(AT, constant(16)),
    ROW.map((row) => advance(row, constant(4))),
  ];
  const someRows = [
    set(AT, get(W)),
    ROW.slice(1).map((row, i) => set(row, plus(get(ROW[i]), bytes(LENGTH)))),
    set(END, get(ROW[1])),
    SUMS.map((sum) => set(sum, load(BIAS))),
    repeat(addUp, differs(ROW[0], END)),
    SUMS.map((sum) => [store(TO, sum), advance(TO, bytes(DEPTH))]),
    set(ROW[0], get(ROW.at(-1))),
  ];
  const fourColumns = [
    [set(ROWS_LEFT, get(N)), set(ROW[0], get(X)), set(TO, get(Y))],
    repeat(someRows, fewer(ROWS_LEFT, ROWS)),
    [set(W, get(AT)), advance(BIAS, constant(16)), advance(Y, constant(16))],
  ];
  const code = [set(COLUMNS_LEFT, get(DEPTH)), repeat(fourColumns, fewer(COLUMNS_LEFT, 4)), 0x0b];
  return wrapped(code, 7, [[5 + ROWS, 0x7f], [1 + ROWS, 0x7b]]);
}

// A module of one function on so many whole numbers, with more locals, each [how many, type].
function wrapped(code, nParameters, locals) {
  const sized = (...parts) => {
    const inside = parts.flat(Infinity);
    return [(inside.length & 127) | 128, inside.length >> 7, inside];
  };
  const text = (word) => sized(new TextEncoder().encode(word).reduce((all, byte) => [...all, byte], []));
  return [
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    [1, sized(1, 0x60, nParameters, Array(nParameters).fill(0x7f), 0)],
    [2, sized(1, text("js"), text("memory"), 2, 0, 1)],
    [3, sized(1, 0)],
    [7, sized(1, text("products"), 0, 0)],
    [10, sized(1, sized(locals.length, locals, code))],
  ].flat(Infinity);
}
