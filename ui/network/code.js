// Each bar lies under a native range input that is not seen: mouse, finger and arrow keys move it.

const PAUSE_MS = 150; // after which inputs and their words follow

function buildBars(view) {
  const { root, data, code } = view;
  const bars = root.querySelector(".bars");
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

// Let the inputs follow, once nothing has changed for a while: they are slow.
function say(view, { mean, std, z }) {
  clearTimeout(view.saying);
  view.saying = setTimeout(() => {
    for (const [i, input] of [...view.root.querySelector(".bars").children].entries()) {
      input.value = Math.asinh(z[i]);
      const range = `${mean[i].toFixed(2)}, give or take ${std[i].toFixed(2)}`;
      input.ariaValueText = `${z[i].toFixed(2)}; the encoder says ${range}`;
    }
  }, PAUSE_MS);
}

// Numbers from the standard normal distribution, by Box and Muller's method.
function draw(n) {
  return Float32Array.from({ length: n }, () => {
    return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  });
}
