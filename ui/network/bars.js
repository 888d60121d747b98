// The numbers of the code as bars: each from zero, over two deviations to either side of its mean. Heights are
// inverse hyperbolic sines, so that small numbers can be seen beside large ones.

const FARTHEST = Math.asinh(20); // trained codes come to 17

function showBars({ root, code }, { mean, std, z }) {
  const find = (name) => root.querySelector(`.drawn .${name}`);
  root.querySelector(".drawn").setAttribute("viewBox", `0 -0.5 ${mean.length} 1`);
  const boxes = (inset, low, high) => {
    const box = (_, i) => `M${i + inset} ${-high[i]}h${1 - 2 * inset}V${-low[i]}h${2 * inset - 1}z`;
    return Array.from(mean, box).join("");
  };
  const [low, high] = [-2, 2].map((times) => mean.map((it, i) => height(it + times * code.scale * std[i])));
  const [middle, drawn, zero] = [mean.map(height), z.map(height), new Float32Array(mean.length)];
  find("spread").setAttribute("d", boxes(0.18, low, high));
  find("z").setAttribute("d", boxes(0.34, zero, drawn));
  find("mean").setAttribute("d", Array.from(middle, (at, i) => `M${i + 0.08} ${-at}h0.84`).join(""));
  find("cut").setAttribute("x", code.kept);
}

// Where a number stands, as a share of the height, from -0.5 to 0.5.
function height(value) {
  return clamp(Math.asinh(value) / FARTHEST, -1, 1) / 2;
}
