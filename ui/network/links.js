// Thin lines from each map to those that are made of it, drawn under the stages where there is room for them.

const ROOM = 10; // pixels

function drawLinks({ root }) {
  const box = root.getBoundingClientRect();
  const links = root.querySelector(".links");
  links.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
  const stages = [...root.querySelectorAll(".stage[data-from]")];
  links.replaceChildren(
    ...stages.map((stage) => {
      const from = root.querySelector(`.stage[data-name=${stage.dataset.from}]`);
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.dataset.to = stage.dataset.name;
      path.setAttribute("d", lines(ends(from), ends(stage), box).join(""));
      return path;
    }),
  );
  light(root);
}

// Let the lines that lead to the stage of now flow.
function light(root) {
  const now = root.querySelector(".stage.now")?.dataset.name;
  for (const link of root.querySelector(".links").children) link.classList.toggle("flowing", link.dataset.to === now);
}

// The boxes from which a stage's lines go out, or where they come in.
function ends(stage) {
  const parts = stage.matches(".layer") ? [...stage.children] : [...stage.querySelectorAll(".bar")];
  return (parts.length ? parts : [stage]).map((part) => part.getBoundingClientRect()).filter((box) => box.width);
}

// A curve from every box to every other, sideways between neighbours, else up or down.
function lines(from, to, { left, top }) {
  const [a, b] = [from[0], to.at(-1)];
  const isSideways = a.top < b.bottom && b.top < from.at(-1).bottom;
  const isDown = b.top >= a.bottom;
  const middle = (box) => (isSideways ? (box.top + box.bottom) / 2 - top : (box.left + box.right) / 2 - left);
  const edge = (box, isFar) => (isSideways ? box[isFar ? "right" : "left"] - left : box[isFar === isDown ? "bottom" : "top"] - top);
  if (isSideways && b.left - a.right < ROOM) return [];
  const point = (along, across) => (isSideways ? `${along} ${across}` : `${across} ${along}`);
  return from.flatMap((out) =>
    to.map((into) => {
      const [start, end] = [edge(out, true), edge(into, false)];
      const half = (start + end) / 2;
      const bend = `${point(half, middle(out))} ${point(half, middle(into))}`;
      return `M${point(start, middle(out))}C${bend} ${point(end, middle(into))}`;
    }),
  );
}
