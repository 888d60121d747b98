// The line between two pictures is a native range input laid over them, transparent: mouse, finger and arrow keys
// move it, and nothing is reported to the server. While the page's own slider is dragged, which the server learns
// only when it is let go, its picture for each step is painted here. A film runs over the picture on the right.
const FRAME_MS = 320;
const followers = new WeakMap();

export default function ({ data, parentElement }) {
  const find = (name) => parentElement.querySelector(`.${name}`);
  for (const name of ["before", "after"]) {
    const { src, alt, words } = data[name];
    Object.assign(find(name), { src, alt });
    find(`of-${name}`).textContent = words;
  }
  const divider = find("divider");
  const divide = () => {
    find("frame").style.setProperty("--share", `${divider.value}%`);
    divider.setAttribute("aria-valuetext", `${divider.value} %`);
  };
  divider.setAttribute("aria-label", data.label);
  divider.oninput = divide;
  find("pair").style.setProperty("--width", `${data.width}px`);
  divide();
  show(data, find, divider, divide);
  followers.get(parentElement)?.disconnect();
  followers.set(parentElement, follow(data, find));
  return () => followers.get(parentElement)?.disconnect();
}

function show({ film, after }, find, divider, divide) {
  const button = find("play");
  clearInterval(Number(button.dataset.film));
  button.hidden = !film.length;
  button.onclick = () => {
    clearInterval(Number(button.dataset.film));
    divider.value = 0;
    divide();
    const frames = [...film, { src: after.src, words: after.words }];
    const turn = () => {
      const { src, words } = frames.shift();
      find("after").src = src;
      find("of-after").textContent = words;
      if (!frames.length) clearInterval(Number(button.dataset.film));
    };
    button.dataset.film = setInterval(turn, FRAME_MS);
    turn();
  };
}

function follow({ slider, steps, before }, find) {
  const follower = new MutationObserver(([{ target }]) => {
    if (!target.closest(`.st-key-${slider}`)) return;
    const { value, min, step } = target;
    const src = steps[Math.round((value - min) / step)] ?? before.src;
    find("before").src = src;
    find("of-before").textContent = src === before.src ? before.words : "under noise";
  });
  const valueChanges = { subtree: true, attributes: true, attributeFilter: ["aria-valuetext"] };
  follower.observe(document.body, valueChanges);
  return follower;
}
