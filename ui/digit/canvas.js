// What the canvas component lacks. It lives in a shadow root, out of reach of the page's styles: one of ours
// makes it as wide as its place and hides its toolbar, which lies over a corner. It sends a stroke a fifth of a
// second after the pen has left: here it is sent at once, and a click waits until the server has it, since
// Streamlit forgets what a page sent just before it is left. It reports how a picture fits behind it, and the page
// would run once more for that: the paper is laid under it here.

const BOX = "[class*=st-key-board_]";
const PAPER = "canvas.upper-canvas";
const SEND = "[aria-label='Update the app with this drawing']";
const POPOVER = "[data-testid=stPopoverBody]";
const LINK = "[data-testid=stPageLink]";
const PATIENCE_MS = 20000; // that a click waits at most; a busy server would not answer it any sooner
const STYLE = `
  .dc-root { background: var(--paper) 0 0 / 100% 100%; }
  .dc-toolbar { display: none !important; }
  .dc-root, .dc-scroll, .dc-container, .canvas-container, canvas {
    position: absolute !important;
    inset: 0;
    width: 100% !important;
    height: 100% !important;
    max-width: none;
  }
`;

const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);
const boards = new Map(); // box -> strokes that were begun here, and how many of them the server has
const held = []; // clicks that wait
let pen = null; // what is drawn on, and its box

const ghostIn = (box) => box?.querySelector(".ghost");
const rootsIn = (box) => [...box.querySelectorAll("*")].map((it) => it.shadowRoot).filter(Boolean);

function dress(box) {
  if (!box.isConnected) return;
  const roots = rootsIn(box);
  for (const root of roots) {
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  }
  if (!roots.length) requestAnimationFrame(() => dress(box));
}

const isOwed = () => [...boards].some(([box, { drawn, taken }]) => box.isConnected && drawn > taken);

function letGo() {
  if (!held.length || isOwed()) return;
  for (const target of held.splice(0)) {
    target.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, composed: true }));
  }
}

function giveUp(board) {
  board.drawn = board.taken;
  letGo();
}

function down(event) {
  const paper = event.composedPath()[0];
  if (event.button || !paper.matches?.(PAPER)) return;
  pen = { paper, box: event.target.closest(BOX) };
  ghostIn(pen.box)?.classList.remove("draws");
}

function up(event) {
  const board = pen?.paper.isConnected && !event.touches?.length && boards.get(pen.box);
  if (!board) return;
  const send = pen.paper.getRootNode().querySelector(SEND);
  pen = null;
  board.drawn += 1;
  setTimeout(() => send?.click()); // once the canvas has taken the stroke up
  clearTimeout(board.patience);
  board.patience = setTimeout(giveUp, PATIENCE_MS, board);
}

function cancel(event) {
  const { bubbles, composed, changedTouches } = event;
  pen?.paper.dispatchEvent(
    new TouchEvent("touchend", { bubbles, composed, changedTouches: [...changedTouches] }),
  );
}

function hold(event) {
  const target = event.composedPath()[0];
  const isPlain = event.isTrusted && !(event.ctrlKey || event.metaKey || event.shiftKey);
  if (!isPlain || !isOwed() || event.target.closest(BOX)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  held.push(target);
}

// A popover closes on a click beside it, of which the document hears last. Where that is on a link, Streamlit would
// run the page that has closed it, instead of the one that the link leads to.
function leave(event) {
  if (document.querySelector(POPOVER) && event.target.closest(LINK)) event.stopPropagation();
}

for (const kind of ["mousedown", "touchstart"]) addEventListener(kind, down, true);
for (const kind of ["mouseup", "touchend"]) addEventListener(kind, up);
addEventListener("touchcancel", cancel);
addEventListener("click", hold, true);
document.body.addEventListener("click", leave);

export default function ({ parentElement, data }) {
  const box = parentElement.closest(BOX);
  const board = boards.get(box);
  if (board?.mount === data.mount) {
    board.taken = data.taken;
    board.drawn = Math.max(board.drawn, data.taken);
  } else boards.set(box, { mount: data.mount, taken: data.taken, drawn: data.taken });
  if (!board) new MutationObserver(() => dress(box)).observe(box, { childList: true, subtree: true });
  ghostIn(box).classList.toggle("draws", data.invites);
  box.style.setProperty("--paper", data.paper ? `url(${data.paper})` : "none");
  dress(box);
  letGo();
}
