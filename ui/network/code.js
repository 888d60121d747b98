// The numbers of the code as bars, each under a native range input that is not seen: mouse, finger and arrow keys
// move it. Heights are inverse hyperbolic sines, so that small numbers can be seen beside large ones.

const FARTHEST = Math.asinh(20); // trained codes come to 17
const PAUSE_MS = 150; // after which inputs and their words follow

function buildBars(view) {
  const { root, data, code } = view;
  const bars = root.querySelector(".bars");
  root.querySelector(".drawn").setAttribute("viewBox", `0 -0.5 ${data.latentDim} 1`);
  bars.replaceChildren(...Array.from({ length: data.latentDim }, (_, i) => bar(i)));
  bars.oninput = ({ target }) => move(view, { [target.dataset.i]: Math.sinh(target.value) });
  bars.onkeydown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    bars.children[Number(event.target.dataset.i) + step]?.focus();
  };
  bars.addEventListener("focusin", ({ target }) => {
    for (const input of bars.children) input.tabIndex = input === target ? 0 : -1;
  });
  code.noise = draw(data.latentDim);
}

function bar(i) {
  const input = document.createElement("input");
  Object.assign(input, { type: "range", className: "bar", step: 0.02, min: -FARTHEST, max: FARTHEST });
  Object.assign(input, { tabIndex: i ? -1 : 0, ariaLabel: `Number ${i + 1}`, ariaOrientation: "vertical" });
  input.dataset.i = i;
  return input;
}

function showBars(view, { mean, std, z }) {
  const find = (name) => view.root.querySelector(`.drawn .${name}`);
  const boxes = (inset, low, high) => {
    const box = (_, i) => `M${i + inset} ${-high[i]}h${1 - 2 * inset}V${-low[i]}h${2 * inset - 1}z`;
    return Array.from(mean, box).join("");
  };
  const [low, high] = [-2, 2].map((times) => mean.map((it, i) => height(it + times * std[i])));
  const [middle, drawn, zero] = [mean.map(height), z.map(height), new Float32Array(mean.length)];
  find("spread").setAttribute("d", boxes(0.18, low, high));
  find("z").setAttribute("d", boxes(0.34, zero, drawn));
  find("mean").setAttribute("d", Array.from(middle, (at, i) => `M${i + 0.08} ${-at}h0.84`).join(""));
  find("cut").setAttribute("x", view.code.kept);
  clearTimeout(view.saying);
  view.saying = setTimeout(say, PAUSE_MS, view, { mean, std, z });
}

function say({ root }, { mean, std, z }) {
  for (const [i, input] of [...root.querySelector(".bars").children].entries()) {
    input.value = Math.asinh(z[i]);
    input.ariaValueText = `${z[i].toFixed(2)}; the encoder says ${mean[i].toFixed(2)}, give or take ${std[i].toFixed(2)}`;
  }
}

// Where a number stands, as a share of the height, from -0.5 to 0.5.
function height(value) {
  return clamp(Math.asinh(value) / FARTHEST, -1, 1) / 2;
}

// Numbers from the standard normal distribution, by Box and Muller's method.
function draw(n) {
  return Float32Array.from({ length: n }, () => {
    return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  });
}
