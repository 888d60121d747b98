// The film of the stages, which plays once and can be scrubbed.

const STEP_MS = 750;
const stillness = matchMedia("(prefers-reduced-motion: reduce)");

function buildPlayer(view) {
  const { root } = view;
  const scrub = root.querySelector(".scrub");
  scrub.max = view.stages.length - 1;
  scrub.oninput = () => {
    pause(view);
    go(view, Number(scrub.value));
    bringIntoView(view);
  };
  root.querySelector(".play").onclick = () => (view.clock ? pause(view) : play(view, bringIntoView));
}

// The first answer is here: play, or show everything at once to those who want no motion.
function arrive(view) {
  view.hasArrived = true;
  drawLinks(view);
  if (stillness.matches) go(view, view.stages.length - 1);
  else play(view);
}

function play(view, follow = () => {}) {
  const last = view.stages.length - 1;
  clearInterval(view.clock);
  if (view.step === undefined || view.step === last) go(view, 0);
  view.clock = setInterval(() => {
    go(view, view.step + 1);
    follow(view);
    if (view.step === last) pause(view);
  }, STEP_MS);
  markPlaying(view, true);
}

function pause(view) {
  clearInterval(view.clock);
  view.clock = undefined;
  markPlaying(view, false);
}

// The visitor takes over: nothing stays asleep.
function interrupt(view) {
  if (!view.clock) return;
  pause(view);
  go(view, view.stages.length - 1);
}

function markPlaying({ root }, isPlaying) {
  const button = root.querySelector(".play");
  button.classList.toggle("playing", isPlaying);
  button.ariaLabel = isPlaying ? "Pause" : "Play";
}

// Wake the stages up to one.
function go(view, step) {
  view.step = step;
  view.stages.forEach((stage, i) => {
    stage.classList.toggle("asleep", i > step);
    stage.classList.toggle("now", i === step);
  });
  light(view.root);
  const { title, words } = view.stages[step].dataset;
  const scrub = view.root.querySelector(".scrub");
  scrub.value = step;
  scrub.ariaValueText = `${step + 1} of ${view.stages.length}: ${title}. ${words}`;
  tell(view, title, words);
}

function bringIntoView(view) {
  view.stages[view.step].scrollIntoView({ block: "nearest", behavior: stillness.matches ? "auto" : "smooth" });
}
