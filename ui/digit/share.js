// The link is completed here, where the page knows its own address, and goes to the clipboard or, where the browser
// can do that, to the visitor's other apps. The place opens in whatever room there is under its button: where that
// cuts it short, the page moves up.

const LEAST_ROOM = 300; // pixels, in which the link and its buttons are seen

function makeRoom() {
  const place = document.querySelector("[data-testid=stPopoverBody]");
  if (!place || place.clientHeight >= Math.min(place.scrollHeight, LEAST_ROOM)) return;
  document.querySelector(".st-key-share").scrollIntoView({ block: "center" });
}

export default function ({ data, parentElement }) {
  const find = (name) => parentElement.querySelector(`.${name}`);
  const url = new URL(data.link, location.href).href;
  const say = (words) => (find("said").textContent = words);
  find("copy").onclick = () =>
    navigator.clipboard.writeText(url).then(
      () => say("Copied."),
      () => say("This browser does not let the page copy: select the link below."),
    );
  find("share").hidden = !navigator.share;
  find("share").onclick = () => navigator.share({ title: document.title, url }).catch(() => {}); // closed again
  say("");
  requestAnimationFrame(makeRoom);
}
