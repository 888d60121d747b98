// The numbers of the code as bars, each under a native range input that is not seen: mouse, finger and arrow keys
// move it. Heights are inverse hyperbolic sines, so that small numbers can be seen beside large ones.

const FARTHEST = Math.asinh(20); // trained codes come to 17

function buildBars(view) {
  const { root, code } = view;
  const bars = root.querySelector(".bars");
  bars.replaceChildren(...Array.from({ length: view.data.latentDim }, (_, i) => bar(i)));
  bars.oninput = ({ target }) => {
    const i = [...bars.children].indexOf(target.parentElement);
    move(view, { [i]: Math.sinh(target.value) });
  };
  bars.onkeydown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = event.target.parentElement[step < 0 ? "previousElementSibling" : "nextElementSibling"];
    next?.querySelector("input").focus();
  };
  bars.onfocusin = ({ target }) => {
    for (const input of bars.querySelectorAll("input")) input.tabIndex = input === target ? 0 : -1;
  };
  code.noise = draw(view.data.latentDim);
}

function bar(i) {
  const place = document.createElement("div");
  place.className = "bar";
  place.innerHTML = '<i class="spread"></i><i class="z"></i><i class="mean"></i><input type="range" step="0.02">';
  const input = place.lastChild;
  Object.assign(input, { min: -FARTHEST, max: FARTHEST, tabIndex: i ? -1 : 0 });
  input.setAttribute("aria-label", `Number ${i + 1}`);
  input.setAttribute("aria-orientation", "vertical");
  return place;
}

function showBars({ root, code }, { mean, std, z }) {
  [...root.querySelector(".bars").children].forEach((place, i) => {
    const marks = { mean: mean[i], low: mean[i] - 2 * std[i], high: mean[i] + 2 * std[i], z: z[i] };
    for (const [name, value] of Object.entries(marks)) place.style.setProperty(`--${name}`, height(value));
    place.classList.toggle("cut", i >= code.kept);
    const input = place.querySelector("input");
    input.value = Math.asinh(z[i]);
    const words = `${z[i].toFixed(2)}; the encoder says ${mean[i].toFixed(2)}, give or take ${std[i].toFixed(2)}`;
    input.setAttribute("aria-valuetext", words);
  });
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
